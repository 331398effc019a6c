/** Strokes of a brush over a picture, and the mask that they make. */

/** A line of the brush; places and sizes are parts of the picture's width and height, so that they fit any scale. */
export interface Stroke {
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** Diameter, as a part of the picture's width. */
  readonly size: number;
  readonly isErasing: boolean;
}

/** Draws strokes. With a `ground` the canvas is filled first, and the eraser paints with it; without, it clears. */
export function paint(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  { mark, ground }: { readonly mark: string; readonly ground?: string },
): void {
  const { width, height } = context.canvas;
  context.clearRect(0, 0, width, height);
  if (ground !== undefined) {
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
  }
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    const clears = stroke.isErasing && ground === undefined;
    context.globalCompositeOperation = clears ? 'destination-out' : 'source-over';
    context.strokeStyle = stroke.isErasing ? (ground ?? mark) : mark;
    context.lineWidth = stroke.size * width;
    context.beginPath();
    for (const [index, { x, y }] of stroke.points.entries()) {
      // A point alone is a line to itself: the round ends make it a dot.
      if (index === 0) context.moveTo(x * width, y * height);
      context.lineTo(x * width, y * height);
    }
    context.stroke();
  }
  context.globalCompositeOperation = 'source-over';
}

/** The mask as the gateway takes it: a PNG of the picture's size as a data URL, white where it shall change, black elsewhere. */
export function maskOf(strokes: readonly Stroke[], width: number, height: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('the browser has no canvas');
  paint(context, strokes, { mark: '#ffffff', ground: '#000000' });
  return canvas.toDataURL('image/png');
}

/** One stroke over all of the picture. */
export function everything(): Stroke {
  const points = [
    { x: 0, y: 0.5 },
    { x: 1, y: 0.5 },
  ];
  return { points, size: 4, isErasing: false };
}
