/** The web chat: asks the server what it offers, and starts Converse.js for it. */
import icon from '../logo.svg';
import { defineBrand, link } from './brand.ts';
import { converseFolder, loadConverse } from './converse.ts';
import { explain } from './explain.ts';
import { askOffer, type Offer } from './offer.ts';
import { keepResource } from './resumption.ts';
import { converseSettings, type ServerFacts } from './settings.ts';
import { texts } from './texts.ts';

/** On the way to it from this very page, whatever name it was opened by. */
const addresses = {
  webSocket: `wss://${location.host}/xmpp-websocket`,
  bosh: `https://${location.host}/http-bind`,
};
const isGuest = new URLSearchParams(location.search).has('guest');

async function begin(): Promise<void> {
  const facts = await askFacts();
  if (facts === undefined) return explain(texts.notLoaded, [texts.notLoadedText]);
  document.title = texts.at(facts.domain);
  const offer = await askOffer(facts.domain, addresses);
  if (offer === undefined) {
    return explain(texts.noAnswer, [texts.noAnswerText(facts.domain), texts.unknownCertificate]);
  }
  if (isGuest && !offer.guests) return explain(texts.noGuests, []);
  const converse = await loadConverse().catch(() => undefined);
  if (converse === undefined) return explain(texts.notLoaded, [texts.notLoadedText]);
  const iconAddress = new URL(icon, document.baseURI).href;
  defineBrand({ domain: facts.domain, icon: iconAddress, foot: [...ways(offer), ...(await warnings(facts))] });
  converse.plugins.add('snug', {
    initialize() {
      keepResource(this._converse);
    },
  });
  await converse.initialize(
    converseSettings({
      facts,
      offer,
      addresses,
      converseFolder: converseFolder(),
      icon: iconAddress,
      asGuest: isGuest,
    }),
  );
  document.getElementById('beginning')?.remove();
}

async function askFacts(): Promise<ServerFacts | undefined> {
  const answer = await fetch('server.json').catch(() => undefined);
  return answer?.ok === true ? ((await answer.json()) as ServerFacts) : undefined;
}

/** The other way to come in. */
function ways(offer: Offer): readonly Node[] {
  if (isGuest) return [paragraph(link('./', texts.withAccount))];
  return offer.guests ? [paragraph(link('?guest', texts.asGuest, 'snug-button'), texts.noAccountNeeded)] : [];
}

/** Opened by an address, the page is not where the files are, and a browser may trust the one and not the other. */
async function warnings({ origin }: ServerFacts): Promise<readonly Node[]> {
  if (origin === location.origin) return [];
  const isReached = await fetch(`${origin}/.well-known/host-meta`).then(
    () => true,
    () => false,
  );
  if (isReached) return [];
  const warning = paragraph(texts.filesElsewhere(`${origin}/chat/`, new URL(origin).host));
  warning.className = 'snug-warning';
  return [warning];
}

function paragraph(...content: readonly (Node | string)[]): HTMLParagraphElement {
  const element = document.createElement('p');
  element.append(...content);
  return element;
}

await begin();
