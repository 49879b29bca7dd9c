/** The drawing itself, by uPlot on a canvas: it takes its colours from the page and follows size and brightness. */
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { formatMinute } from '../format.ts';
import { MAX_SAMPLES, SAMPLE_MS, type Sample, toColumns } from '../traffic.ts';
import css from './traffic-card.module.css';

const HEIGHT = 168;

interface TrafficGraphProps {
  readonly samples: readonly Sample[];
  /** The graph in words, for those who do not see it. */
  readonly label: string;
  readonly onPoint: (sample: Sample | undefined) => void;
}

export function TrafficGraph({ samples, label, onPoint }: TrafficGraphProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const newest = useRef(samples);
  const scheme = useComputedColorScheme();

  useEffect(() => {
    const target = place.current;
    if (target === null) return;
    const report = ({ cursor: { idx } }: uPlot): void => {
      const timeMs = typeof idx === 'number' ? (plot.current?.data[0][idx] ?? 0) * 1000 : undefined;
      onPoint(newest.current.find((sample) => sample.timeMs === timeMs));
    };
    const drawn = new uPlot(
      optionsFor(target.clientWidth, coloursOf(scheme), report),
      toColumns(newest.current),
      target,
    );
    plot.current = drawn;
    const sizes = new ResizeObserver(() => drawn.setSize({ width: target.clientWidth, height: HEIGHT }));
    sizes.observe(target);
    return () => {
      sizes.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [scheme, onPoint]);

  useEffect(() => {
    newest.current = samples;
    plot.current?.setData(toColumns(samples));
  }, [samples]);

  return <div ref={place} className={css.graph} role="img" aria-label={label} />;
}

interface Colours {
  readonly text: string;
  readonly grid: string;
  readonly column: string;
  readonly line: string;
}

function coloursOf(scheme: 'light' | 'dark'): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  return {
    text: read('--snug-dim'),
    grid: read('--snug-line'),
    column: scheme === 'light' ? '#e2946f' : '#b8653c',
    line: read('--snug-calm'),
  };
}

function optionsFor(width: number, colours: Colours, report: (plot: uPlot) => void): uPlot.Options {
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const { bars, stepped } = uPlot.paths;
  const axis = { stroke: colours.text, font, ticks: { show: false }, border: { show: false } };
  return {
    width,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      // Always the whole span: the curve grows into it from the right.
      x: { time: true, range: (_plot, _min, max) => [max - (MAX_SAMPLES * SAMPLE_MS) / 1000, max + SAMPLE_MS / 1000] },
      messages: { range: (_plot, _min, max) => [0, Math.max(5, max * 1.15)] },
      sessions: { range: (_plot, _min, max) => [0, Math.max(4, max * 1.5)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 90,
        grid: { show: false },
        values: (_plot, splits) => splits.map((s) => formatMinute(s * 1000)),
      },
      {
        ...axis,
        scale: 'messages',
        size: 38,
        space: 44,
        grid: { stroke: colours.grid, width: 1 },
        values: (_plot, splits) => splits.map(wholeOnly),
      },
    ],
    series: [
      {},
      {
        scale: 'messages',
        fill: colours.column,
        width: 0,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars({ size: [0.62, 8], radius: 0.25, align: -1 }) }),
      },
      {
        scale: 'sessions',
        stroke: colours.line,
        width: 2,
        points: { show: false },
        ...(stepped === undefined ? {} : { paths: stepped({ align: 1 }) }),
      },
    ],
    hooks: { setCursor: [report] },
  };
}

/** There are no half messages. */
function wholeOnly(value: number): string {
  return Number.isInteger(value) ? String(value) : '';
}
