/** Curves over time, drawn by uPlot in the colours of the theme. */
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatTime, locale } from '../i18n/index.ts';
import { isDark } from './theme.ts';

/** One curve. */
export interface ChartSeries {
  readonly label: string;
  /** Name of a colour in tokens.css. */
  readonly colour: 'accent' | 'bad' | 'ok' | 'warn' | 'muted';
  /** `bars` stand on the ground; `line` goes from point to point, with gaps where there is nothing. */
  readonly shape: 'bars' | 'line';
  readonly values: readonly (number | null)[];
}

const HEIGHT = 168;
/** Between the lines behind curves of counts: there is no half a request. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 9 }, (_, power) => step * 10 ** power))
  .sort((left, right) => left - right);
const CLOCK: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/**
 * Draws curves with one scale; what lies under the pointer is told beside their names.
 * @param summary what the picture shows, in words
 * @param times milliseconds since the epoch, one for each value
 * @param timeStyle how the times are written: the time of day when left out
 */
export function Chart({
  summary,
  times,
  series,
  format,
  timeStyle = CLOCK,
}: {
  summary: string;
  times: readonly number[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
  timeStyle?: Intl.DateTimeFormatOptions;
}) {
  const [pointed, setPointed] = useState<number>();
  const at = pointed ?? times.length - 1;
  return (
    <figure class="min-w-0">
      <figcaption class="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-soft">
        {series.map(({ label, colour, values }) => (
          <span key={label} class="flex items-center gap-1.5">
            <span aria-hidden="true" class="size-2 rounded-sm" style={{ background: `var(--${colour})` }} />
            {label}
            <span class="font-medium text-text tabular-nums">{shown(values[at], format)}</span>
          </span>
        ))}
        {times[at] !== undefined && (
          <span class="ml-auto text-muted">{formatTime(times[at], timeStyle)}</span>
        )}
      </figcaption>
      <div role="img" aria-label={summary}>
        <Canvas times={times} series={series} format={format} timeStyle={timeStyle} onPoint={setPointed} />
      </div>
    </figure>
  );
}

interface CanvasProps {
  readonly times: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  readonly timeStyle: Intl.DateTimeFormatOptions;
  readonly onPoint: (index: number | undefined) => void;
}

function Canvas({ times, series, format, timeStyle, onPoint }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const data: uPlot.AlignedData = [times.map((at) => at / 1_000), ...series.map(({ values }) => [...values])];
  const newest = useRef(data);
  newest.current = data;
  const look = `${isDark.value} ${locale.value} ${series.map(({ label }) => label).join()}`;
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    let isGone = false;
    const watch = new ResizeObserver(() => {
      plot.current?.setSize({ width: place.clientWidth, height: HEIGHT });
    });
    // Its code is loaded with the first chart; without it the numbers still stand above.
    import('uplot').then(
      ({ default: UPlot }) => {
        if (isGone) return;
        const options = optionsOf(UPlot, place, { series, format, timeStyle, onPoint });
        plot.current = new UPlot(options, newest.current, place);
        watch.observe(place);
      },
      () => {},
    );
    return () => {
      isGone = true;
      watch.disconnect();
      plot.current?.destroy();
      plot.current = undefined;
    };
    // Colours and words are fixed when it is made; numbers are given below.
  }, [look]);
  useEffect(() => {
    plot.current?.setData(data);
  }, [times, series]);
  return <div ref={box} style={{ height: `${HEIGHT}px` }} />;
}

function optionsOf(
  UPlot: typeof uPlot,
  place: HTMLElement,
  { series, format, timeStyle, onPoint }: Omit<CanvasProps, 'times'>,
): uPlot.Options {
  const colour = (name: string) => colourOf(place, name);
  const isCount = series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0)));
  const timeOf = (seconds: number) => formatTime(seconds * 1_000, timeStyle);
  const axis: uPlot.Axis = {
    stroke: colour('muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? undefined)] },
    scales: {
      x: { range: roomForBars },
      y: { range: (_plot, _least, most) => [0, Math.max(1, most * 1.1)] },
    },
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 64, values: (_plot, ticks) => ticks.map(timeOf) },
      {
        ...axis,
        size: 52,
        space: 36,
        ...(isCount ? { incrs: WHOLE_STEPS } : {}),
        values: (_plot, ticks) => ticks.map(format),
      },
    ],
    series: [{}, ...series.map((one) => seriesOf(UPlot, one, colour(one.colour)))],
  };
}

/** Bars stand around their time: half a step of room at both ends shows the first and the last one whole. */
function roomForBars(plot: uPlot, least: number, most: number): [number, number] {
  const [first, second] = plot.data[0];
  const half = first === undefined || second === undefined ? 1 : (second - first) / 2;
  return [least - half, most + half];
}

/** A value between two gaps makes no line: it is drawn as a point. */
function alone(plot: uPlot, index: number): number[] {
  const values = plot.data[index] ?? [];
  const isGap = (at: number) => values[at] === null || values[at] === undefined;
  return [...values.keys()].filter((at) => !isGap(at) && isGap(at - 1) && isGap(at + 1));
}

function seriesOf(UPlot: typeof uPlot, { label, shape }: ChartSeries, colour: string): uPlot.Series {
  const bars = UPlot.paths.bars?.({ size: [0.62, 14], radius: 0.2 });
  return {
    label,
    stroke: colour,
    width: shape === 'bars' ? 0 : 1.75,
    points: { show: shape === 'line', size: 5, fill: colour, filter: alone },
    ...(shape === 'bars' ? { fill: colour, ...(bars ? { paths: bars } : {}) } : {}),
  };
}

function shown(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? '–' : format(value);
}

/** A canvas takes no variables of CSS: the browser is asked what one comes to in this theme. */
function colourOf(place: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  place.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
