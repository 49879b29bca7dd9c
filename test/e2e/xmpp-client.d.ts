/** What the tests use of xmpp.js, which brings no types. */
declare module '@xmpp/client' {
  interface XmlElement {
    readonly name: string;
    getChildText(name: string): string | null;
    toString(): string;
  }

  interface Client {
    on(event: 'send' | 'element' | 'stanza', listener: (element: XmlElement) => void): void;
    on(event: 'online', listener: (jid: { toString(): string }) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    readonly streamManagement: { on(event: 'resumed', listener: () => void): void };
    readonly socket: { readonly socket: { destroy?(): void; close?(): void } } | null;
    start(): Promise<unknown>;
    stop(): Promise<unknown>;
    send(element: XmlElement): Promise<void>;
  }

  function client(options: Readonly<Record<string, unknown>>): Client;
  function xml(name: string, attributes?: Readonly<Record<string, string>>): XmlElement;
}
