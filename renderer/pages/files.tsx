/** Files: what people share, and how to take it away. */
import { Button } from '@mantine/core';
import { useState } from 'react';
import type { FileSummary } from '../../server/control/contract.ts';
import { formatBytes } from '../format.ts';
import { FileUsage } from '../parts/file-usage.tsx';
import { FilesTable } from '../parts/files-table.tsx';
import { LoadFailure, Loading, Notice } from '../parts/notice.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { RemoveFile } from '../parts/remove-file.tsx';
import { SearchField } from '../parts/search-field.tsx';
import { sentenceOf, useFiles, useFileUsage } from '../queries.ts';
import { texts } from '../texts.ts';
import css from './page.module.css';

const words = texts.files;
const PAGE = 100;

export function FilesPage() {
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const [account, setAccount] = useState<string>();
  const [removing, setRemoving] = useState<FileSummary>();
  const text = query.trim();
  const { data: usage } = useFileUsage();
  // Whose last file has gone is no longer there to be taken back as a choice.
  const chosen = usage?.accounts.some((one) => one.account === account) ? account : undefined;
  const files = useFiles(text, chosen, limit);
  const { data } = files;

  return (
    <>
      <PageHead
        title={texts.pages.files}
        text={usage === undefined ? undefined : words.intro(usage.files, formatBytes(usage.bytes))}
      >
        <SearchField label={words.search} value={query} change={setQuery} />
      </PageHead>
      {usage === undefined || usage.accounts.length < 2 ? null : (
        <FileUsage usage={usage.accounts} chosen={chosen} choose={setAccount} />
      )}
      <div className={css.sheet}>
        {data === undefined ? (
          files.isError ? (
            <LoadFailure sentence={sentenceOf(files.error)} retry={() => void files.refetch()} />
          ) : (
            <div className={css.padded}>
              <Loading rows={7} />
            </div>
          )
        ) : data.files.length > 0 ? (
          <FilesTable files={data.files} remove={setRemoving} />
        ) : text === '' && chosen === undefined ? (
          <Notice icon="files" title={words.empty} text={words.emptyText} />
        ) : (
          <Notice
            icon="search"
            title={chosen === undefined ? words.nothingFound(text) : words.nothingOf(chosen)}
            text={words.nothingFoundText}
          />
        )}
      </div>
      {data !== undefined && data.total > data.files.length ? (
        <Button className={css.more} variant="default" onClick={() => setLimit(limit + PAGE)}>
          {texts.table.more}
        </Button>
      ) : null}
      <RemoveFile file={removing} close={() => setRemoving(undefined)} />
    </>
  );
}
