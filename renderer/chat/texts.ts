/** What the page says itself; the rest is Converse's, in the language of the browser. */
export const texts = {
  noAnswer: 'The chat server does not answer',
  noAnswerText: (domain: string) =>
    `This page came from ${domain}, but the chat behind it cannot be reached. The server may be starting; or a program ` +
    'between it and this browser lets pages through and nothing else.',
  unknownCertificate:
    'If your browser warned you about this page, it does not know the certificate of this server, and may refuse the ' +
    'chat for that reason alone. Ask whoever runs the server how to trust it.',
  notLoaded: 'The page could not be loaded whole',
  notLoadedText: 'Some of its files did not arrive. Check the network, then try again.',
  again: 'Try again',
  filesElsewhere: (address: string, host: string) =>
    `You have opened this page at ${location.host}. Pictures and files lie at ${host}, which this browser does not ` +
    `reach or trust; without it you can write, but share nothing. Open ${address} instead, if you can.`,
  asGuest: 'Come in as a guest',
  withAccount: 'Sign in with an account',
  noAccountNeeded: 'Guests need no account. Nothing is left when they go.',
  at: (domain: string) => `Chat at ${domain}`,
  licences: 'Licences',
  noGuests: 'Guests are not let in here at the moment.',
};
