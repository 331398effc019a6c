import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../i18n/index.ts';
import { paint, type Stroke } from './region.ts';

type Point = Stroke['points'][number];

const CENTRE: Point = { x: 0.5, y: 0.5 };
/** How far an arrow key moves the brush, as a part of the picture. */
const STEP = 0.04;
const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The picture with the marked region over it. Painted by pointer, pen or finger; by keys with arrows and the space bar. */
export function RegionCanvas({
  src,
  measures,
  strokes,
  onStrokes,
  size,
  isErasing,
  onMeasures,
}: {
  src: string;
  /** Of the picture in pixels, where the bot has told them. */
  measures: { readonly width?: number; readonly height?: number };
  strokes: readonly Stroke[];
  onStrokes: (strokes: readonly Stroke[]) => void;
  /** Diameter of the brush as a part of the picture's width. */
  size: number;
  isErasing: boolean;
  onMeasures: (measures: { width: number; height: number }) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [cursor, setCursor] = useState<Point>();
  const [isDown, setDown] = useState(false);
  const [ratio, setRatio] = useState(ratioOf(measures));
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !canvas.current) return;
    const { clientWidth, clientHeight } = canvas.current;
    const scale = window.devicePixelRatio || 1;
    canvas.current.width = Math.max(1, clientWidth * scale);
    canvas.current.height = Math.max(1, clientHeight * scale);
    paint(context, strokes, { mark: getComputedStyle(canvas.current).color });
  }, [strokes, ratio]);

  const begin = (point: Point) => {
    setDown(true);
    onStrokes([...strokes, { points: [point], size, isErasing }]);
  };
  const extend = (point: Point) => {
    const last = strokes.at(-1);
    if (isDown && last) onStrokes([...strokes.slice(0, -1), { ...last, points: [...last.points, point] }]);
  };
  const onKey = (event: KeyboardEvent) => {
    const from = cursor ?? CENTRE;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const next = { x: clamp(from.x + arrow[0] * STEP), y: clamp(from.y + arrow[1] * STEP) };
      setCursor(next);
      extend(next);
    } else if (event.key === ' ' || event.key === 'Enter') {
      setCursor(from);
      if (isDown) setDown(false);
      else begin(from);
    } else return;
    event.preventDefault();
  };
  return (
    <div
      class="relative mx-auto w-full self-start"
      style={{ aspectRatio: String(ratio), maxWidth: `calc(62vh * ${ratio})` }}
    >
      <img
        src={src}
        alt={t('region.picture')}
        class="size-full rounded-lg"
        onLoad={({ currentTarget }) => {
          const width = measures.width ?? currentTarget.naturalWidth;
          const height = measures.height ?? currentTarget.naturalHeight;
          setRatio(width / height);
          onMeasures({ width, height });
        }}
      />
      <div
        role="application"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows and the space bar paint here.
        tabIndex={0}
        aria-label={t('region.canvas')}
        aria-roledescription={t('region.canvasRole')}
        class="absolute inset-0 cursor-crosshair touch-none rounded-lg"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          begin(pointOf(event));
        }}
        onPointerMove={(event) => {
          setCursor(pointOf(event));
          extend(pointOf(event));
        }}
        onPointerUp={() => setDown(false)}
        onPointerCancel={() => setDown(false)}
        onPointerLeave={() => setCursor(undefined)}
        onFocus={() => setCursor((before) => before ?? CENTRE)}
        onBlur={() => setCursor(undefined)}
        onKeyDown={onKey}
      >
        <canvas ref={canvas} class="size-full rounded-lg text-accent opacity-60" />
      </div>
      {cursor && <Tip at={cursor} size={size} />}
    </div>
  );
}

/** Where the brush is, and how wide. */
function Tip({ at, size }: { at: Point; size: number }) {
  return (
    <span
      aria-hidden="true"
      class="pointer-events-none absolute aspect-square -translate-1/2 rounded-full border-2 border-white shadow-[0_0_0_1.5px_black]"
      style={{ left: `${at.x * 100}%`, top: `${at.y * 100}%`, width: `${size * 100}%` }}
    />
  );
}

function pointOf(event: PointerEvent): Point {
  const { left, top, width, height } = (event.currentTarget as Element).getBoundingClientRect();
  return { x: clamp((event.clientX - left) / width), y: clamp((event.clientY - top) / height) };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

function ratioOf({ width, height }: { readonly width?: number; readonly height?: number }): number {
  return width && height ? width / height : 1;
}
