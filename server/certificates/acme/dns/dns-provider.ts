/** Whoever can put a TXT record into the DNS of a domain and take it out again, for dns-01 (RFC 8555 section 8.4). */

export interface DnsProvider {
  /** For people, such as `Cloudflare`. */
  readonly title: string;
  /**
   * Adds `value` to the TXT records of `name`, beside those that are there: a wildcard and its domain need two.
   * @throws AcmeError with a sentence that holds neither token nor secret
   */
  setTxt(name: string, value: string): Promise<void>;
  /** Takes exactly this value away; nothing happens when it is not there. @throws AcmeError */
  removeTxt(name: string, value: string): Promise<void>;
}
