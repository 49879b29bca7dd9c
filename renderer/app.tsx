/** The window put together: providers around, navigation and header beside, one page within. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import css from './app.module.css';
import type { Connection } from './connection.ts';
import { desktop } from './desktop.ts';
import type { PageName } from './page-names.ts';
import { AuditPage } from './pages/audit.tsx';
import { BridgesPage } from './pages/bridges.tsx';
import { FederationPage } from './pages/federation.tsx';
import { FilesPage } from './pages/files.tsx';
import { LogsPage } from './pages/logs.tsx';
import { NetworkPage } from './pages/network.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { PeoplePage } from './pages/people.tsx';
import { ReportsPage } from './pages/reports.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { Boundary } from './parts/boundary.tsx';
import { Header } from './parts/header.tsx';
import { InviteSheet } from './parts/invite-sheet.tsx';
import { LineBanner } from './parts/line-banner.tsx';
import { Navigation } from './parts/navigation.tsx';
import { UnknownBrowser } from './parts/unknown-browser.tsx';
import { ConnectionContext, useLine, useLiveSnapshots, useStatus } from './queries.ts';
import { closeSheet, openSheet, usePage, useSheet } from './route.ts';
import { useServerState } from './server-state.ts';
import { texts } from './texts.ts';
import { theme } from './theme/theme.ts';
import type { TrafficHistory } from './traffic.ts';
import { TrafficContext, useTrafficSampling } from './traffic-context.ts';

interface AppProps {
  readonly connection: Connection;
  readonly traffic: TrafficHistory;
}

export function App({ connection, traffic }: AppProps) {
  const [queries] = useState(() => new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false } } }));
  return (
    // The variables are in a constructed sheet already (theme/adopt-styles.ts), and nothing here uses the global classes.
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <Notifications position="bottom-right" />
      <QueryClientProvider client={queries}>
        <ConnectionContext value={connection}>
          <TrafficContext value={traffic}>
            <Window />
          </TrafficContext>
        </ConnectionContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Window() {
  useLiveSnapshots();
  useTrafficSampling();
  const page = usePage();
  const line = useLine();
  const state = useServerState();
  const { data: status } = useStatus();
  const main = useFocusOnPageChange(page);
  const sheet = useSheet();
  // The tray opens sheets as well.
  useEffect(() => desktop()?.onOpenSheet(openSheet), []);
  const isFirstSight = line.kind === 'unknown-browser' && status === undefined;
  return (
    <div className={css.window}>
      {/* Not a link: the fragment of the address is the page itself. */}
      <button type="button" className={css.skip} onClick={() => main.current?.focus()}>
        {texts.skipToContent}
      </button>
      <Navigation page={page} version={status?.version} />
      <div className={css.column}>
        <Header domain={status?.domain} state={state} />
        <LineBanner line={line} state={state} hasSeenServer={status !== undefined} />
        <main className={css.main} ref={main} tabIndex={-1} id="page">
          <div className={css.page} data-page={page}>
            <Boundary key={page}>{isFirstSight ? <UnknownBrowser /> : <Page page={page} />}</Boundary>
          </div>
        </main>
      </div>
      <InviteSheet isOpen={sheet === 'invite' && !isFirstSight} close={closeSheet} />
    </div>
  );
}

function Page({ page }: { readonly page: PageName }) {
  switch (page) {
    case 'overview':
      return <OverviewPage />;
    case 'people':
      return <PeoplePage />;
    case 'files':
      return <FilesPage />;
    case 'network':
      return <NetworkPage />;
    case 'federation':
      return <FederationPage />;
    case 'bridges':
      return <BridgesPage />;
    case 'reports':
      return <ReportsPage />;
    case 'audit':
      return <AuditPage />;
    case 'settings':
      return <SettingsPage />;
    case 'logs':
      return <LogsPage />;
  }
}

/** A new page begins at its top, for the eye, the keyboard and the screen reader alike. */
function useFocusOnPageChange(page: PageName) {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    document.title = texts.documentTitle(texts.pages[page]);
    if (shown.current === page) return;
    shown.current = page;
    main.current?.scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
  }, [page]);
  return main;
}
