/** One history of traffic for the window, fed while any page is open. */
import { createContext, use, useEffect, useRef, useSyncExternalStore } from 'react';
import { useClient, useStatus } from './queries.ts';
import { SAMPLE_MS, type Sample, type TrafficHistory } from './traffic.ts';

export const TrafficContext = createContext<TrafficHistory | undefined>(undefined);

function useHistory(): TrafficHistory {
  const history = use(TrafficContext);
  if (history === undefined) throw new Error('there is no TrafficContext around this component');
  return history;
}

export function useTraffic(): readonly Sample[] {
  const history = useHistory();
  return useSyncExternalStore(history.subscribe, history.samples);
}

/** Mounted once. */
export function useTrafficSampling(): void {
  const history = useHistory();
  const client = useClient();
  const { data: status } = useStatus();
  const newest = useRef(status);
  useEffect(() => {
    newest.current = status;
    if (status !== undefined && client !== undefined) history.mark(status);
  }, [status, client, history]);
  useEffect(() => {
    if (client === undefined) return;
    const sample = (): void => {
      if (newest.current !== undefined) history.take(newest.current, Date.now());
    };
    const timer = setInterval(sample, SAMPLE_MS);
    return () => {
      clearInterval(timer);
      history.forgetMark();
    };
  }, [client, history]);
}
