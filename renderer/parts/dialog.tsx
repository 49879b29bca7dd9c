/** A question or a form above the page. Escape and the cross close it; the focus goes back to where it was. */
import { Modal } from '@mantine/core';
import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { texts } from '../texts.ts';
import css from './dialog.module.css';

interface DialogProps {
  readonly isOpen: boolean;
  readonly title: string;
  readonly close: () => void;
  /** Off while a password is shown that nobody can show again: a slip of the mouse must not lose it. */
  readonly closesOnClickOutside?: boolean;
  readonly children: ReactNode;
}

export function Dialog({ isOpen, title, close, closesOnClickOutside = true, children }: DialogProps) {
  useFocusReturn(isOpen);
  return (
    <Modal.Root
      opened={isOpen}
      onClose={close}
      centered
      radius="lg"
      padding="xl"
      size={480}
      classNames={{ content: css.sheet }}
      returnFocus={false}
      // The page behind scrolls in a box of its own, so there is nothing to lock (and no inline style for it).
      lockScroll={false}
      closeOnClickOutside={closesOnClickOutside}
      transitionProps={{ transition: 'fade', duration: 120 }}
    >
      <Modal.Overlay backgroundOpacity={0.45} />
      <Modal.Content>
        {/* Mantine's own header would be a second banner of the page. */}
        <div className={css.head}>
          <Modal.Title className={css.title}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={texts.close} />
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Mantine's own does not see a dialog that is open from its first moment on, as those for a person are. */
function useFocusReturn(isOpen: boolean): void {
  const opener = useRef<Element>(null);
  useLayoutEffect(() => {
    if (!isOpen) return;
    opener.current = document.activeElement;
    return () => {
      // Once the dialog has let go of the focus.
      setTimeout(() => {
        if (opener.current instanceof HTMLElement) opener.current.focus({ preventScroll: true });
      });
    };
  }, [isOpen]);
}
