/** The parameters of a video of Pika as controls. */
import { type TextKey, t } from '../../i18n/index.ts';
import { Slider } from '../../parts/choices.tsx';
import { Select, TextField } from '../../parts/field.tsx';
import { Fold } from '../../parts/fold.tsx';
import { withUsual } from './parameters.tsx';
import type { FilmParameters } from './prompt.ts';

const RATIOS = ['16:9', '9:16', '1:1', '4:5', '5:2', '4:3'];
const CAMERAS: readonly (readonly [string, TextKey])[] = [
  ['zoom in', 'draw.camera.zoomIn'],
  ['zoom out', 'draw.camera.zoomOut'],
  ['pan left', 'draw.camera.panLeft'],
  ['pan right', 'draw.camera.panRight'],
  ['pan up', 'draw.camera.panUp'],
  ['pan down', 'draw.camera.panDown'],
  ['rotate cw', 'draw.camera.rotateRight'],
  ['rotate ccw', 'draw.camera.rotateLeft'],
];

/** Shape and camera first, the finer ones folded away. */
export function FilmParametersForm({
  value,
  onValue,
}: {
  value: FilmParameters;
  onValue: (value: FilmParameters) => void;
}) {
  const set = (change: Partial<FilmParameters>) => onValue({ ...value, ...change });
  return (
    <div class="flex flex-col gap-3.5">
      <div class="grid grid-cols-2 gap-3">
        <Select
          label={t('draw.ratio')}
          value={value.ratio}
          onValue={(ratio) => set({ ratio })}
          choices={withUsual(RATIOS)}
        />
        <Select
          label={t('draw.camera')}
          value={value.camera}
          onValue={(camera) => set({ camera })}
          choices={[
            { value: '', label: t('draw.usual') },
            ...CAMERAS.map(([camera, key]) => ({ value: camera, label: t(key) })),
          ]}
        />
      </div>
      <Slider
        label={t('draw.motion')}
        value={value.motion}
        onValue={(motion) => set({ motion })}
        min={0}
        max={4}
      />
      <Fold title={t('draw.finer')}>
        <Slider label={t('draw.fps')} value={value.fps} onValue={(fps) => set({ fps })} min={8} max={24} />
        <Slider
          label={t('draw.guidance')}
          hint={t('draw.guidanceHint')}
          value={value.guidance}
          onValue={(guidance) => set({ guidance })}
          min={8}
          max={24}
        />
        <TextField
          label={t('draw.no')}
          placeholder={t('draw.noExample')}
          value={value.no}
          onValue={(no) => set({ no })}
        />
        <TextField
          label={t('draw.seed')}
          type="number"
          min={0}
          value={value.seed}
          onValue={(seed) => set({ seed })}
        />
      </Fold>
    </div>
  );
}
