/** Words for screen readers alone, told when they change. */
import { VisuallyHidden } from '@mantine/core';

export function Spoken({ text }: { readonly text: string }) {
  return (
    <VisuallyHidden>
      <span role="status">{text}</span>
    </VisuallyHidden>
  );
}
