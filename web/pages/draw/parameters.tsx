/** The usual parameters of a drawing as controls. */
import { t } from '../../i18n/index.ts';
import { Segmented, Slider, Switch } from '../../parts/choices.tsx';
import { Select, TextField } from '../../parts/field.tsx';
import { Fold } from '../../parts/fold.tsx';
import type { DrawParameters } from './prompt.ts';

const RATIOS = ['1:1', '4:3', '3:2', '16:9', '21:9', '3:4', '2:3', '9:16'];
const VERSIONS = ['7', '6.1', '6', '5.2', 'niji 7', 'niji 6', 'niji 5'];
const QUALITIES = ['0.25', '0.5', '1', '2', '4'];

/** What every change gives: the parameters as they are afterwards. */
interface ParameterProps {
  readonly value: DrawParameters;
  readonly onValue: (value: DrawParameters) => void;
}

/** Shape, version and speed first; the finer ones can be folded away. */
export function Parameters({
  value,
  onValue,
  mode,
  onMode,
}: ParameterProps & { readonly mode: string; readonly onMode: (mode: string) => void }) {
  const set = (change: Partial<DrawParameters>) => onValue({ ...value, ...change });
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
          label={t('draw.version')}
          value={value.version}
          onValue={(version) => set({ version })}
          choices={withUsual(VERSIONS)}
        />
      </div>
      <Segmented
        label={t('draw.speed')}
        value={mode}
        onValue={onMode}
        choices={[
          { value: '', label: t('draw.usual') },
          { value: 'fast', label: t('draw.speed.fast') },
          { value: 'relax', label: t('draw.speed.relax') },
          { value: 'turbo', label: t('draw.speed.turbo') },
        ]}
      />
      <Fold title={t('draw.finer')}>
        <FinerParameters value={value} onValue={onValue} />
      </Fold>
    </div>
  );
}

function FinerParameters({ value, onValue }: ParameterProps) {
  const set = (change: Partial<DrawParameters>) => onValue({ ...value, ...change });
  return (
    <>
      <Slider
        label={t('draw.stylize')}
        hint={t('draw.stylizeHint')}
        value={value.stylize}
        onValue={(stylize) => set({ stylize })}
        min={0}
        max={1_000}
        step={10}
      />
      <Slider
        label={t('draw.chaos')}
        hint={t('draw.chaosHint')}
        value={value.chaos}
        onValue={(chaos) => set({ chaos })}
        min={0}
        max={100}
      />
      <Slider
        label={t('draw.weird')}
        hint={t('draw.weirdHint')}
        value={value.weird}
        onValue={(weird) => set({ weird })}
        min={0}
        max={3_000}
        step={10}
      />
      <TextField
        label={t('draw.no')}
        placeholder={t('draw.noExample')}
        value={value.no}
        onValue={(no) => set({ no })}
      />
      <div class="grid grid-cols-2 gap-3">
        <TextField
          label={t('draw.seed')}
          type="number"
          min={0}
          max={4_294_967_295}
          value={value.seed}
          onValue={(seed) => set({ seed })}
        />
        <Select
          label={t('draw.quality')}
          value={value.quality}
          onValue={(quality) => set({ quality })}
          choices={withUsual(QUALITIES)}
        />
      </div>
      <div class="flex flex-wrap gap-x-6 gap-y-1">
        <Switch label={t('draw.raw')} checked={value.isRaw} onValue={(isRaw) => set({ isRaw })} />
        <Switch label={t('draw.tile')} checked={value.isTile} onValue={(isTile) => set({ isTile })} />
      </div>
    </>
  );
}

/** The values of a list, and before them that nothing is said. */
export function withUsual(values: readonly string[]) {
  return [{ value: '', label: t('draw.usual') }, ...values.map((value) => ({ value, label: value }))];
}
