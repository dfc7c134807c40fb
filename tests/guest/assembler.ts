/**
 * An assembler for the little of 16-bit x86 that the guest is written in, in NASM's syntax: `label:`, `NAME equ number`,
 * `db`, `dw`, `dd`, `pad address` (zeroes up to there), and the instructions below. A number may be a name, or a name plus or
 * minus a number. A comment begins with a semicolon.
 */

/** An error of the source, with the number of its line. */
export class AssemblyError extends Error {}

/**
 * Instructions in the notation of Intel's manual (Software Developer's Manual, volume 2, 3.1.1): `/r` is a ModR/M byte with both
 * operands, `/6` one with that digit and one operand, `+r` a register in the opcode, `ib` `iw` `id` a number of 1, 2 or 4 bytes,
 * `cb` `cw` a distance in 1 or 2. 66 makes the operands of 16-bit code 32 bits wide. An `m` without a size has that of the register beside it.
 */
const INSTRUCTIONS: Readonly<Record<string, string>> = {
  cli: 'fa',
  sti: 'fb',
  cld: 'fc',
  clc: 'f8',
  stc: 'f9',
  hlt: 'f4',
  ret: 'c3',
  lodsb: 'ac',
  lodsd: '66 ad',
  'rep stosb': 'f3 aa',
  'rep stosd': 'f3 66 ab',
  rdtsc: '0f 31',
  'in al, dx': 'ec',
  'in ax, dx': 'ed',
  'out dx, al': 'ee',
  'out dx, ax': 'ef',
  'int imm': 'cd ib',
  'call imm': 'e8 cw',
  'jmp imm': 'e9 cw',
  'jb imm': '72 cb',
  'jc imm': '72 cb',
  'jnc imm': '73 cb',
  'je imm': '74 cb',
  'jz imm': '74 cb',
  'jne imm': '75 cb',
  'jnz imm': '75 cb',
  'loop imm': 'e2 cb',
  'mov sreg, r16': '8e /r',
  'mov r8, imm': 'b0+r ib',
  'mov r16, imm': 'b8+r iw',
  'mov r32, imm': '66 b8+r id',
  'mov m, r8': '88 /r',
  'mov m, r16': '89 /r',
  'mov m, r32': '66 89 /r',
  'mov r8, m': '8a /r',
  'mov r16, m': '8b /r',
  'mov r32, m': '66 8b /r',
  'mov m16, imm': 'c7 /0 iw',
  'mov m32, imm': '66 c7 /0 id',
  'add r8, imm': '80 /0 ib',
  'add r16, imm': '81 /0 iw',
  'add r32, imm': '66 81 /0 id',
  'add m32, imm': '66 81 /0 id',
  'add r32, r32': '66 01 /r',
  'sub r32, imm': '66 81 /5 id',
  'sub r32, m': '66 2b /r',
  'and r32, imm': '66 81 /4 id',
  'xor r16, r16': '31 /r',
  'xor r32, r32': '66 31 /r',
  'or r8, r8': '08 /r',
  'or r32, r32': '66 09 /r',
  'test r8, imm': 'f6 /0 ib',
  'cmp r16, imm': '81 /7 iw',
  'cmp r32, imm': '66 81 /7 id',
  'cmp m32, imm': '66 81 /7 id',
  'cmp r32, m': '66 3b /r',
  'cmp m, r32': '66 39 /r',
  'inc r16': '40+r',
  'inc m32': '66 ff /0',
  'dec r32': '66 48+r',
  'div m32': '66 f7 /6',
  'div r32': '66 f7 /6',
  'rol r32, imm': '66 c1 /0 ib',
  'push r16': '50+r',
  'pop r16': '58+r',
};

/** Registers by the number that stands for them in a ModR/M byte or an opcode. */
const REGISTERS: Readonly<Record<string, readonly string[]>> = {
  r8: ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'],
  r16: ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'],
  r32: ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'],
  sreg: ['es', 'cs', 'ss', 'ds'],
};

/** What memory is addressed by: `[number]`, or `[si + number]` and the like. The last bits of a ModR/M byte. */
const BASES: Readonly<Record<string, number>> = {si: 0x84, di: 0x85, bx: 0x87};
const NO_BASE = 0x06;

const DATA_SIZES: Readonly<Record<string, number>> = {db: 1, dw: 2, dd: 4};

interface Operand {
  /** As the table above has it: r8, r16, r32, sreg, m, m16, m32, imm. */
  readonly kind: string;
  /** A register's number, or the base of a memory operand. */
  readonly code: number;
  /** A number, or where in memory. */
  readonly value: string;
}

/** One place of the source: what it means once every name is known. */
interface Line {
  readonly text: string;
  readonly at: number;
}

type Names = ReadonlyMap<string, number>;

/** Machine code, one entry for each line of the source that makes some, with its address and text. */
export interface Assembled {
  readonly bytes: Uint8Array;
  readonly lines: readonly {readonly address: number; readonly text: string; readonly bytes: Uint8Array}[];
  readonly names: Names;
}

/** Assembles a program that is loaded at `origin`. Throws AssemblyError for what is not in the language above. */
export function assemble(source: string, origin: number): Assembled {
  // How long a line's code is does not depend on the numbers in it, but for `pad`: a first pass finds the labels.
  const draft = translate(source, origin, null);
  return translate(source, origin, draft.names);
}

function translate(source: string, origin: number, known: Names | null): Assembled {
  const names = new Map<string, number>();
  const lines: {address: number; text: string; bytes: Uint8Array}[] = [];
  let address = origin;
  for (const [index, raw] of source.split('\n').entries()) {
    const text = raw.replace(/;.*/, '').trim();
    try {
      const defined = readDefinition(text, address);
      if (defined !== null) {
        if (names.has(defined.name)) throw new AssemblyError(`${defined.name} is there twice`);
        names.set(defined.name, defined.value);
      } else if (text !== '') {
        const bytes = Uint8Array.from(
          encode({text, at: address}, (name) => (known ?? names).get(name) ?? (known ? null : address)),
        );
        lines.push({address, text, bytes});
        address += bytes.length;
      }
    } catch (error) {
      if (error instanceof AssemblyError) throw new AssemblyError(`line ${String(index + 1)}: ${error.message}`);
      throw error;
    }
  }
  return {bytes: Uint8Array.from(lines.flatMap(({bytes}) => [...bytes])), lines, names};
}

/** `label:` or `NAME equ number`. */
function readDefinition(text: string, address: number): {readonly name: string; readonly value: number} | null {
  const label = /^(\w+):$/.exec(text)?.[1];
  if (label !== undefined) return {name: label, value: address};
  const [, name, value] = /^(\w+)\s+equ\s+(\w+)$/.exec(text) ?? [];
  return name === undefined || value === undefined ? null : {name, value: Number(value)};
}

/** What a name stands for; null when nothing has it. */
type Resolve = (name: string) => number | null;

function encode({text, at}: Line, resolve: Resolve): number[] {
  const [, word = '', rest = ''] = /^(\w+)\s*(.*)$/.exec(text) ?? [];
  const size = DATA_SIZES[word];
  if (size !== undefined) return encodeData(rest, size, resolve);
  if (word === 'pad') return encodePadding(evaluate(rest, resolve) - at);
  const plain = INSTRUCTIONS[text];
  const operands = plain === undefined && rest !== '' ? rest.split(',').map((part) => readOperand(part.trim())) : [];
  const form = plain ?? INSTRUCTIONS[`${word} ${operands.map(({kind}) => kind).join(', ')}`];
  if (form === undefined) throw new AssemblyError(`no instruction "${text}"`);
  return encodeForm(form, operands, {at, resolve});
}

function encodeData(list: string, size: number, resolve: Resolve): number[] {
  return list
    .split(/,\s*(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .flatMap((part) =>
      part.startsWith('"') ? [...Buffer.from(part.slice(1, -1), 'latin1')] : getBytes(evaluate(part, resolve), size),
    );
}

function encodePadding(length: number): number[] {
  if (length < 0) throw new AssemblyError(`${String(-length)} bytes too long`);
  return Array.from({length}, () => 0);
}

function readOperand(text: string): Operand {
  for (const [kind, registers] of Object.entries(REGISTERS)) {
    const code = registers.indexOf(text);
    if (code >= 0) return {kind, code, value: ''};
  }
  const [, size, base, value] = /^(?:(word|dword) )?\[(?:(si|di|bx)(?: \+ |(?=\])))?(.*)\]$/.exec(text) ?? [];
  if (value === undefined) return {kind: 'imm', code: 0, value: text};
  const bits = {word: '16', dword: '32'}[size ?? ''] ?? '';
  return {kind: `m${bits}`, code: base === undefined ? NO_BASE : (BASES[base] ?? 0), value: value === '' ? '0' : value};
}

function encodeForm(
  form: string,
  operands: readonly Operand[],
  {at, resolve}: {readonly at: number; readonly resolve: Resolve},
): number[] {
  const bytes: number[] = [];
  const memory = operands.find(({kind}) => /^m/.test(kind));
  const registers = operands.filter(({kind}) => kind in REGISTERS);
  const number = operands.find(({kind}) => kind === 'imm')?.value ?? '0';
  // Of two registers the first is the one that could be memory, unless it is a segment register, which never could.
  const [first, second] = registers[0]?.kind === 'sreg' ? registers.toReversed() : registers;
  const other = memory === undefined ? second : first;
  for (const part of form.split(' ')) {
    if (part.startsWith('/')) {
      const field = part === '/r' ? (other?.code ?? 0) : Number(part.slice(1));
      bytes.push(...encodeModRm(field, memory ?? first, resolve));
    } else if (part.startsWith('i')) {
      bytes.push(...getBytes(evaluate(number, resolve), {ib: 1, iw: 2, id: 4}[part] ?? 0));
    } else if (part === 'cb' || part === 'cw') {
      bytes.push(...encodeDistance(evaluate(number, resolve), at + bytes.length, part));
    } else {
      bytes.push(parseInt(part, 16) + (part.endsWith('+r') ? (first?.code ?? 0) : 0));
    }
  }
  return bytes;
}

function encodeModRm(field: number, operand: Operand | undefined, resolve: Resolve): number[] {
  if (operand === undefined) throw new AssemblyError('an operand is missing');
  if (!operand.kind.startsWith('m')) return [0xc0 | (field << 3) | operand.code];
  return [(field << 3) | operand.code, ...getBytes(evaluate(operand.value, resolve), 2)];
}

/** From the end of the instruction, of which the distance is the last part. */
function encodeDistance(target: number, at: number, part: string): number[] {
  const size = part === 'cb' ? 1 : 2;
  const distance = target - at - size;
  if (size === 1 && (distance < -0x80 || distance > 0x7f)) throw new AssemblyError('too far for a short jump');
  return getBytes(distance, size);
}

/** Little end first; a negative number in two's complement. */
function getBytes(value: number, size: number): number[] {
  if (value < -(2 ** (8 * size - 1)) || value >= 2 ** (8 * size)) {
    throw new AssemblyError(`${String(value)} does not fit into ${String(size)} bytes`);
  }
  return Array.from({length: size}, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn));
}

function evaluate(text: string, resolve: Resolve): number {
  const [, first = '', sign, second = '0'] = /^(-?\w+)(?: ([+-]) (\w+))?$/.exec(text) ?? [];
  if (first === '') throw new AssemblyError(`"${text}" is no number`);
  const term = (part: string): number => {
    const value = /^-?\d/.test(part) ? Number(part) : resolve(part);
    if (value === null || !Number.isInteger(value)) throw new AssemblyError(`"${part}" is not known`);
    return value;
  };
  return term(first) + (sign === '-' ? -term(second) : term(second));
}
