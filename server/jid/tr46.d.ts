/** The part of tr46 6 that is used here; the package carries no types of its own. */
declare module 'tr46' {
  /** The flags of UTS #46 section 4; each is off unless given. */
  interface ProcessingOptions {
    readonly checkHyphens?: boolean;
    readonly checkBidi?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
    readonly transitionalProcessing?: boolean;
  }

  /** UTS #46 ToASCII: the domain as A-labels, or null when it is not one. */
  export function toASCII(domain: string, options: ProcessingOptions & { verifyDNSLength?: boolean }): string | null;

  /** UTS #46 ToUnicode: the domain as U-labels, and whether anything in it was wrong. */
  export function toUnicode(domain: string, options: ProcessingOptions): { domain: string; error: boolean };
}
