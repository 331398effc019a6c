/** A single H.264 picture in one colour: every block is sent as plain samples (I_PCM), so nothing needs encoding. */
import { Bits } from './bits.ts';

/** Side of a macroblock. */
const BLOCK = 16;
/** `mb_type` of plain samples in an I slice (ITU-T H.264, table 7-11). */
const PLAIN_SAMPLES = 25;
/** Constrained baseline, which every player knows, at level 3. */
const PROFILE = [66, 0xc0, 30] as const;

/** A picture of one colour; width and height are even. */
export interface FlatPicture {
  readonly width: number;
  readonly height: number;
  /** Luma and the two chroma values, 16 to 235. */
  readonly colour: readonly [number, number, number];
}

/** The NAL units of a picture: parameter sets and the coded slice, without start codes. */
export interface CodedPicture {
  readonly sequence: Uint8Array;
  readonly parameters: Uint8Array;
  readonly slice: Uint8Array;
}

/** Codes a picture. */
export function codePicture(picture: FlatPicture): CodedPicture {
  return { sequence: sequenceSet(picture), parameters: pictureSet(), slice: codedSlice(picture) };
}

/** Sequence parameter set (7.3.2.1.1); what is over a whole number of blocks is cropped. */
function sequenceSet({ width, height }: FlatPicture): Uint8Array {
  const columns = blocks(width);
  const rows = blocks(height);
  const right = (columns * BLOCK - width) / 2;
  const bottom = (rows * BLOCK - height) / 2;
  const bits = new Bits();
  for (const byte of PROFILE) bits.fixed(byte, 8);
  bits.golomb(0); // seq_parameter_set_id
  bits.golomb(0); // log2_max_frame_num_minus4
  bits.golomb(2); // pic_order_cnt_type: output order is decoding order
  bits.golomb(1).fixed(0, 1); // max_num_ref_frames, gaps_in_frame_num_value_allowed_flag
  bits.golomb(columns - 1).golomb(rows - 1);
  bits.fixed(1, 1).fixed(1, 1); // frame_mbs_only_flag, direct_8x8_inference_flag
  const isCropped = right > 0 || bottom > 0;
  bits.fixed(isCropped ? 1 : 0, 1);
  if (isCropped) bits.golomb(0).golomb(right).golomb(0).golomb(bottom);
  bits.fixed(0, 1); // vui_parameters_present_flag
  return unit(0x67, bits.end());
}

/** Picture parameter set (7.3.2.2). */
function pictureSet(): Uint8Array {
  const bits = new Bits();
  bits.golomb(0).golomb(0); // ids
  bits.fixed(0, 2); // CAVLC, no field order
  bits.golomb(0).golomb(0).golomb(0); // slice groups, reference lists
  bits.fixed(0, 3); // no weighted prediction
  bits.golomb(0).golomb(0).golomb(0); // quantisers and chroma offset
  bits.fixed(0, 3); // no deblocking control, intra constraint, redundant pictures
  return unit(0x68, bits.end());
}

/** Slice of an instantaneous decoding refresh picture (7.3.2.8) with its macroblocks (7.3.5). */
function codedSlice({ width, height, colour: [luma, blue, red] }: FlatPicture): Uint8Array {
  const bits = new Bits();
  bits.golomb(0).golomb(7).golomb(0); // first_mb_in_slice, slice_type I, pic_parameter_set_id
  bits.fixed(0, 4).golomb(0); // frame_num, idr_pic_id
  bits.fixed(0, 2).golomb(0); // dec_ref_pic_marking, slice_qp_delta
  for (let block = blocks(width) * blocks(height); block > 0; block -= 1) {
    bits.golomb(PLAIN_SAMPLES).align();
    bits.fill(luma, 256).fill(blue, 64).fill(red, 64);
  }
  return unit(0x65, bits.end());
}

function blocks(length: number): number {
  return Math.ceil(length / BLOCK);
}

/** A NAL unit: its header, then the payload with emulation prevention bytes (7.4.1). */
function unit(header: number, payload: Uint8Array): Uint8Array {
  const bytes = [header];
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      bytes.push(3);
      zeros = 0;
    }
    bytes.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Uint8Array.from(bytes);
}
