/** A sheet with a list, of which one thing at a time is made, changed or removed in the list's place. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import css from './section.module.css';
import { SideSheet } from './side-sheet.tsx';

type ListView<Thing> =
  | { readonly kind: 'list' }
  | { readonly kind: 'form'; readonly thing: Thing | undefined }
  | { readonly kind: 'remove'; readonly thing: Thing };

interface ListSheetProps<Thing> {
  readonly isOpen: boolean;
  readonly close: () => void;
  readonly titles: {
    readonly title: string;
    readonly newTitle: string;
    readonly changeTitle: (name: string) => string;
    readonly removeTitle: (name: string) => string;
  };
  /** `edit` shows the form: of something that is there, or of something new. */
  readonly list: (edit: (thing: Thing | undefined) => void) => ReactNode;
  readonly form: (thing: Thing | undefined, back: () => void, remove: (thing: Thing) => void) => ReactNode;
  readonly removal: (thing: Thing, back: () => void) => ReactNode;
}

export function ListSheet<Thing extends { readonly name: string }>(props: ListSheetProps<Thing>) {
  const { isOpen, close, titles, list, form, removal } = props;
  const [view, setView] = useState<ListView<Thing>>({ kind: 'list' });
  const body = useFocusOnChange(view);
  const back = (): void => setView({ kind: 'list' });
  useEffect(() => {
    if (isOpen) setView((shown) => (shown.kind === 'list' ? shown : { kind: 'list' }));
  }, [isOpen]);
  return (
    <SideSheet isOpen={isOpen} title={titleOf(view, titles)} close={close} closesOnClickOutside={view.kind === 'list'}>
      <div ref={body} tabIndex={-1} className={css.body}>
        {view.kind === 'list'
          ? list((thing) => setView({ kind: 'form', thing }))
          : view.kind === 'form'
            ? form(view.thing, back, (thing) => setView({ kind: 'remove', thing }))
            : removal(view.thing, back)}
      </div>
    </SideSheet>
  );
}

function titleOf<Thing extends { readonly name: string }>(
  view: ListView<Thing>,
  titles: ListSheetProps<Thing>['titles'],
): string {
  if (view.kind === 'list') return titles.title;
  if (view.kind === 'remove') return titles.removeTitle(view.thing.name);
  return view.thing === undefined ? titles.newTitle : titles.changeTitle(view.thing.name);
}

/** What was pressed is gone with the view it stood in, so the focus goes to where the next one begins. */
function useFocusOnChange(view: ListView<unknown>) {
  const body = useRef<HTMLDivElement>(null);
  const shown = useRef(view);
  useEffect(() => {
    if (shown.current === view) return;
    shown.current = view;
    const first = body.current?.querySelector<HTMLElement>('[data-first]');
    (first ?? body.current)?.focus();
  }, [view]);
  return body;
}
