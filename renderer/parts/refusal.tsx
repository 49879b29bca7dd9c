/** Why something was not done, beside what asked for it: the server's own sentence. */
import { Text } from '@mantine/core';
import { sentenceOf } from '../queries.ts';

export function Refusal({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <Text size="sm" c="red" mt="md" role="alert">
      {sentenceOf(error)}
    </Text>
  );
}
