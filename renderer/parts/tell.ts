/** Short news at the edge of the window, for what has no place of its own on the page. Screen readers hear it too. */
import { notifications } from '@mantine/notifications';
import { sentenceOf } from '../queries.ts';
import { texts } from '../texts.ts';

/** Long enough to read two lines. */
const SHOWN_MS = 5000;
/** Somebody has to understand what went wrong. */
const FAILURE_SHOWN_MS = 12_000;

export function tell(message: string): void {
  notifications.show({ message, autoClose: SHOWN_MS, role: 'status', closeButtonProps: { 'aria-label': texts.close } });
}

export function tellFailure(error: unknown): void {
  notifications.show({
    title: texts.people.told.failed,
    message: sentenceOf(error),
    color: 'red',
    autoClose: FAILURE_SHOWN_MS,
    role: 'alert',
    closeButtonProps: { 'aria-label': texts.close },
  });
}
