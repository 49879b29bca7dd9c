/** What is typed into a field before it is saved. A change from elsewhere replaces it, unless somebody is typing. */
import { useEffect, useRef, useState } from 'react';

export interface Draft {
  readonly text: string;
  readonly isChanged: boolean;
  type(text: string): void;
  /** Back to what the server has. */
  revert(): void;
}

export function useDraft(current: string): Draft {
  const [text, setText] = useState(current);
  const known = useRef(current);
  useEffect(() => {
    if (known.current === current) return;
    const before = known.current;
    known.current = current;
    setText((typed) => (typed === before || typed.trim() === current ? current : typed));
  }, [current]);
  return { text, isChanged: text !== current, type: setText, revert: () => setText(current) };
}

/** Enter saves, Escape takes back: the same for every field that is typed into. */
export function draftKeys(draft: Draft, commit: () => void, forgive: () => void) {
  return (event: { readonly key: string; preventDefault(): void }): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      commit();
    }
    if (event.key === 'Escape') {
      draft.revert();
      forgive();
    }
  };
}
