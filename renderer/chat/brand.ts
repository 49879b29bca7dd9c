/**
 * Whose page this is: Snug's name and picture where Converse would put its own. Whoever defines an element before Converse
 * starts has it.
 */
import { texts } from './texts.ts';

export interface BrandOptions {
  readonly domain: string;
  readonly icon: string;
  /** What stands below the form, besides the licences. */
  readonly foot: readonly Node[];
}

export function defineBrand({ domain, icon, foot }: BrandOptions): void {
  define('converse-brand-logo', () => [brandLine(domain, icon)]);
  define('converse-logo', () => [picture(icon)]);
  // Links to Converse's own site and sponsors, and what they load from there.
  define('converse-controlbox-navbar', () => []);
  define('converse-footer', () => {
    const footer = document.createElement('footer');
    footer.className = 'snug-foot';
    footer.append(...foot.map((node) => node.cloneNode(true)), link('license.txt', `Converse.js · ${texts.licences}`));
    return [footer];
  });
}

export function link(href: string, text: string, className = ''): HTMLAnchorElement {
  const anchor = document.createElement('a');
  anchor.href = href;
  anchor.textContent = text;
  anchor.className = className;
  return anchor;
}

function brandLine(domain: string, icon: string): HTMLElement {
  const line = document.createElement('div');
  line.className = 'snug-brand';
  const name = document.createElement('h1');
  name.textContent = texts.at(domain);
  line.append(picture(icon), name);
  return line;
}

function picture(icon: string): HTMLImageElement {
  const image = document.createElement('img');
  image.src = icon;
  image.alt = '';
  image.className = 'snug-picture';
  return image;
}

function define(name: string, content: () => readonly Node[]): void {
  customElements.define(
    name,
    class extends HTMLElement {
      connectedCallback(): void {
        this.replaceChildren(...content());
      }
    },
  );
}
