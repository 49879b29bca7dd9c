/** What is looked at or worked on beside the page. Escape and the cross close it; the focus goes back to where it was. */
import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import css from './dialog.module.css';

interface SideSheetProps {
  readonly isOpen: boolean;
  readonly title: string | undefined;
  readonly close: () => void;
  /** Off where something is written: a slip of the mouse must not lose it. */
  readonly closesOnClickOutside?: boolean;
  readonly children: ReactNode;
}

export function SideSheet({ isOpen, title, close, closesOnClickOutside = true, children }: SideSheetProps) {
  return (
    <Drawer.Root
      opened={isOpen}
      onClose={close}
      position="right"
      size={440}
      padding="xl"
      classNames={{ content: css.sheet }}
      lockScroll={false}
      closeOnClickOutside={closesOnClickOutside}
    >
      <Drawer.Overlay backgroundOpacity={0.35} />
      <Drawer.Content>
        <div className={css.head}>
          <Drawer.Title className={css.title}>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label={texts.close} />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}
