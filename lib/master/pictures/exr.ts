// OpenEXR by parse-exr. The library trusts what a file says of itself, and knows the channels R, G, B and Y alone: so the header is read here
// first, checked, and written anew with only what is needed, and with the names of the layer that is shown.
import parseExr from "parse-exr";
import { checkSize, newBmp } from "./bmp";

type Channel = { name: string; type: number; sampling: [number, number]; linear: number };
type Attribute = { name: string; type: string; at: number; size: number };

const halfFloats = 1016;
const needed = ["channels", "compression", "dataWindow", "lineOrder", "tiles"];
const compressions = ["none", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "B44", "B44A", "DWAA", "DWAB"];

/** The picture as a BMP: linear light as screens show it, what is brighter than white as white, transparent as black. */
export function readExr(file: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { width, height, data } = parseExr(rewritten(file), halfFloats);
  const { bmp, at } = newBmp(width, height);
  const one = data.length === width * height;
  for (let row = 0; row < height; row++) {
    let to = at(row);
    let from = row * width * (one ? 1 : 4);
    for (let x = 0; x < width; x++) {
      bmp[to++] = shown[data[one ? from : from + 2]!]!;
      bmp[to++] = shown[data[one ? from : from + 1]!]!;
      bmp[to++] = shown[data[from]!]!;
      from += one ? 1 : 4;
    }
  }
  return bmp;
}

/** What a screen is told for each half float. */
const shown = Uint8Array.from({ length: 65_536 }, (_, half) => {
  const exponent = (half >> 10) & 31;
  const mantissa = half & 1023;
  // Below zero, or no number.
  if (half >> 15 === 1 || (exponent === 31 && mantissa > 0)) return 0;
  const light = exponent === 0 ? mantissa * 2 ** -24 : (1 + mantissa / 1024) * 2 ** (exponent - 15);
  const value = light <= 0.0031308 ? light * 12.92 : 1.055 * Math.min(1, light) ** (1 / 2.4) - 0.055;
  return Math.round(value * 255);
});

/** The file with a header of its own making. Throws an Error where parse-exr could not read it, a RangeError where it is cut short. */
function rewritten(file: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const flags = view.getUint8(5);
  if (view.getUint8(4) !== 2) throw new Error("it is of a version of EXR that cannot be read");
  if (flags & 8) throw new Error("it is a deep picture");
  if (flags & 16) throw new Error("it has several parts, which cannot be read yet: one part with layers can");
  const { attributes, end } = attributesOf(file, view);
  const [channels, compression, size] = ["channels", "compression", "dataWindow"].map((name) => attributes.get(name));
  if (!channels || !compression || !size) throw new Error("its header is not whole");
  const packing = compressions[view.getUint8(compression.at)];
  if (!packing || packing.startsWith("B44")) throw new Error(`its compression ${packing ?? ""} cannot be read`);
  const [left, top, right, bottom] = [0, 4, 8, 12].map((at) => view.getInt32(size.at + at, true)) as [
    number,
    number,
    number,
    number,
  ];
  checkSize(right - left + 1, bottom - top + 1);
  const known = channelsOf(file, view, channels);
  const named = namesOf(known);
  checkChannels(known, named, packing);
  const parts: Uint8Array[] = [file.subarray(0, 8)];
  for (const name of needed) {
    const attribute = attributes.get(name);
    if (!attribute) continue;
    const value =
      name === "channels" ? listOf(known, named) : file.subarray(attribute.at, attribute.at + attribute.size);
    parts.push(text(name), text(attribute.type), number(value.length), value);
  }
  const whole = Buffer.concat([...parts, new Uint8Array(1), file.subarray(end)]);
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.byteLength) as ArrayBuffer;
}

function attributesOf(file: Uint8Array, view: DataView): { attributes: Map<string, Attribute>; end: number } {
  const attributes = new Map<string, Attribute>();
  for (let at = 8; ; ) {
    const name = textAt(file, at);
    at += name.length + 1;
    if (name === "") return { attributes, end: at };
    const type = textAt(file, at);
    at += type.length + 1;
    const size = view.getUint32(at, true);
    at += 4;
    if (at + size > file.length) throw new RangeError("the header");
    attributes.set(name, { name, type, at, size });
    at += size;
  }
}

function channelsOf(file: Uint8Array, view: DataView, { at, size }: Attribute): Channel[] {
  const channels: Channel[] = [];
  const end = at + size - 1;
  while (at < end) {
    const name = textAt(file, at);
    at += name.length + 1;
    channels.push({
      name,
      type: view.getInt32(at, true),
      linear: view.getUint8(at + 4),
      sampling: [view.getInt32(at + 8, true), view.getInt32(at + 12, true)],
    });
    at += 16;
    if (channels.length > 1024) throw new Error("it has too many channels");
  }
  return channels;
}

/** The names that parse-exr is to see: R, G, B and A are those of the picture itself, else of its main layer, else of the first one. */
function namesOf(channels: readonly Channel[]): string[] {
  const names = channels.map(({ name }) => name);
  const has = (layer: string) => ["R", "G", "B"].every((colour) => names.includes(layer + colour));
  if (has("") || names.includes("Y")) return names;
  const layers = [...new Set(names.map((name) => name.slice(0, name.lastIndexOf(".") + 1)))].filter(has);
  const layer = layers.find((one) => /combined|beauty|rgba/i.test(one)) ?? layers[0];
  if (layer === undefined) throw new Error("it holds no colours: there are no channels R, G and B");
  return names.map((name) =>
    name.startsWith(layer) && /^[RGBA]$/.test(name.slice(layer.length)) ? name.slice(layer.length) : `${name}_`,
  );
}

function checkChannels(channels: readonly Channel[], names: readonly string[], packing: string): void {
  if (channels.some(({ sampling: [x, y] }) => x !== 1 || y !== 1))
    throw new Error("it has channels of fewer pixels than others");
  // The library takes whole numbers for channels without a size.
  if (channels.some(({ type }) => type !== 1 && type !== 2)) throw new Error("it has channels of whole numbers");
  const colours = channels.filter((_, at) => /^[RGBAY]$/.test(names[at]!));
  const types = new Set((packing === "PIZ" ? channels : colours).map(({ type }) => type));
  if (packing.startsWith("DWA") && colours.length < channels.length)
    throw new Error(`it has layers in ${packing}, which cannot be read`);
  if (types.size > 1) throw new Error(`it mixes half and full floats${packing === "PIZ" ? " in PIZ" : ""}`);
}

function listOf(channels: readonly Channel[], names: readonly string[]): Uint8Array {
  const entries = channels.map(({ type, linear }, at) =>
    Buffer.concat([text(names[at]!), number(type), new Uint8Array([linear, 0, 0, 0]), number(1), number(1)]),
  );
  return Buffer.concat([...entries, new Uint8Array(1)]);
}

function text(text: string): Uint8Array {
  return Buffer.from(`${text}\0`, "latin1");
}

function number(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** A name that ends at a zero. */
function textAt(file: Uint8Array, at: number): string {
  const end = file.indexOf(0, at);
  if (end < 0 || end - at > 255) throw new RangeError("a name");
  return Buffer.from(file.subarray(at, end)).toString("latin1");
}
