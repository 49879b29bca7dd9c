/** In place of the chat: what is wrong, in words, and a button to try again. */
import { texts } from './texts.ts';

export function explain(title: string, sentences: readonly string[]): void {
  const place = document.getElementById('beginning');
  const status = document.getElementById('status');
  if (place === null || status === null) return;
  place.removeAttribute('aria-busy');
  place.className = 'is-stuck';
  status.textContent = title;
  const again = document.createElement('button');
  again.type = 'button';
  again.textContent = texts.again;
  again.onclick = () => location.reload();
  place.append(...sentences.map(paragraph), again);
}

function paragraph(text: string): HTMLParagraphElement {
  const element = document.createElement('p');
  element.textContent = text;
  return element;
}
