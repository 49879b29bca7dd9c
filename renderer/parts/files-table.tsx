/** The shared files as a table, the newest first. */
import { ActionIcon, Table, VisuallyHidden } from '@mantine/core';
import type { FileSummary } from '../../server/control/contract.ts';
import { formatBytes } from '../format.ts';
import { useClient } from '../queries.ts';
import { texts } from '../texts.ts';
import { Ago } from './ago.tsx';
import { Icon } from './icons.tsx';
import css from './table.module.css';

const words = texts.files;

interface FilesTableProps {
  readonly files: readonly FileSummary[];
  readonly remove: (file: FileSummary) => void;
}

export function FilesTable({ files, remove }: FilesTableProps) {
  const isOnline = useClient() !== undefined;
  const { columns } = words;
  return (
    <Table className={css.table} highlightOnHover aria-label={texts.pages.files}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th className={css.first}>{columns.file}</Table.Th>
          <Table.Th>{columns.account}</Table.Th>
          <Table.Th className={css.number}>{columns.size}</Table.Th>
          <Table.Th>{columns.uploaded}</Table.Th>
          <Table.Th className={css.menu}>
            <VisuallyHidden>{columns.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {files.map((file) => (
          <Table.Tr key={file.id}>
            <Table.Td className={css.first}>
              <div className={css.names}>
                <span className={css.text}>{file.name}</span>
                <span className={css.jid}>{file.mediaType}</span>
              </div>
            </Table.Td>
            <Table.Td>{file.account}</Table.Td>
            <Table.Td className={css.number}>{formatBytes(file.size)}</Table.Td>
            <Table.Td className={css.seen}>
              {file.uploadedAt === undefined ? null : <Ago iso={file.uploadedAt} />}
            </Table.Td>
            <Table.Td className={css.menu}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={words.removeName(file.name)}
                title={words.remove}
                disabled={!isOnline}
                onClick={() => remove(file)}
              >
                <Icon name="trash" />
              </ActionIcon>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
