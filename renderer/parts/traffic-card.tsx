/** The last ten minutes: messages as columns, connected devices as a line. */

import { useState } from 'react';
import type { Status } from '../../server/control/contract.ts';
import { formatCount, formatMinute } from '../format.ts';
import { texts } from '../texts.ts';
import type { Sample } from '../traffic.ts';
import { useTraffic } from '../traffic-context.ts';
import { Card } from './card.tsx';
import { Notice } from './notice.tsx';
import css from './traffic-card.module.css';
import { TrafficGraph } from './traffic-graph.tsx';

const words = texts.overview.traffic;

export function TrafficCard({ status }: { readonly status: Status }) {
  const samples = useTraffic();
  const [pointed, setPointed] = useState<Sample>();
  const hasCurve = samples.length > 1;
  return (
    <Card title={words.title} text={words.text(formatCount(status.traffic.messages))}>
      {hasCurve ? (
        <figure className={css.figure}>
          <TrafficGraph samples={samples} label={summarize(samples, status.sessions)} onPoint={setPointed} />
          <figcaption className={css.caption}>
            {pointed === undefined ? (
              <>
                <span className={css.key} data-kind="messages">
                  {words.messages} <span className={css.dim}>{words.per}</span>
                </span>
                <span className={css.key} data-kind="sessions">
                  {words.sessions}
                </span>
              </>
            ) : (
              words.at(formatMinute(pointed.timeMs), pointed.messages, pointed.sessions)
            )}
          </figcaption>
        </figure>
      ) : (
        <Notice icon="activity" title={words.empty} text={words.emptyText} />
      )}
    </Card>
  );
}

function summarize(samples: readonly Sample[], sessions: number): string {
  const sum = samples.reduce((total, { messages }) => total + messages, 0);
  const peak = samples.reduce((most, { messages }) => Math.max(most, messages), 0);
  return words.summary(sum, peak, sessions);
}
