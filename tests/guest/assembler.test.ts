import assert from 'node:assert/strict';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import fc from 'fast-check';

import {createProcesses} from '#charm';

import {assemble, AssemblyError} from './assembler.ts';
import {ORIGIN, PROGRAM} from './program.ts';

function getHex(source: string): string {
  return Buffer.from(assemble(source, ORIGIN).bytes).toString('hex');
}

describe('the assembler', () => {
  it('puts names, labels and sums of them where numbers go', () => {
    assert.equal(getHex('TWO equ 2\nmov word [there + TWO], TWO\nthere:\ndb "a, b", 0'), 'c706087c0200' + '612c206200');
    assert.equal(getHex('mov [di + 4], eax\nmov ax, [si]'), '6689850400' + '8b840000');
  });

  it('jumps back and forth', () => {
    assert.equal(getHex('back:\nje forth\ncall back\nforth:'), '7403' + 'e8fbff');
  });

  it('fills up to an address', () => {
    assert.equal(getHex(`db 1\npad ${String(ORIGIN + 3)}\ndw -2`), '010000' + 'feff');
    assert.throws(() => getHex(`dd 1\npad ${String(ORIGIN + 3)}`), /line 2: 1 bytes too long/);
  });

  it('stores numbers with the little end first', () => {
    fc.assert(
      fc.property(fc.integer({min: -(2 ** 31), max: 2 ** 32 - 1}), (value) => {
        const {bytes} = assemble(`dd ${String(value)}`, 0);
        assert.equal(Buffer.from(bytes).readUInt32LE(), value >>> 0);
      }),
    );
  });

  it('refuses what it does not know, and says in which line', () => {
    const jumps = `je far\npad ${String(ORIGIN + 200)}\nfar:`;
    for (const [source, message] of [
      ['nop\n', /^line 1: no instruction "nop"/],
      ['\n mov ax, nowhere', /^line 2: "nowhere" is not known/],
      ['mov al, 256', /256 does not fit into 1 bytes/],
      ['a:\na:', /^line 2: a is there twice/],
      [jumps, /^line 1: too far for a short jump/],
    ] as const) {
      assert.throws(
        () => assemble(source, ORIGIN),
        (error) => error instanceof AssemblyError && message.test(error.message),
      );
    }
  });
});

/** Operands as objdump writes them: numbers for names, in hexadecimal. */
function describeSource(text: string, names: ReadonlyMap<string, number>): string {
  const numbered = text
    .replace(/\b[A-Za-z_]\w+\b/g, (word) => String(names.get(word) ?? word))
    .replace(/(\d+) ([+-]) (\d+)/g, (_, a: string, sign: string, b: string) => String(Number(a) + Number(sign + b)))
    .replace(/\[(si|di|bx)\]/, '[$1 + 0]');
  const [, prefix = '', word = '', rest = ''] = /^(rep )?(\w+)\s*(.*)$/.exec(numbered) ?? [];
  const hexadecimal = rest.replace(/-?\b(0x[0-9a-f]+|\d+)\b/g, (number) => `0x${(Number(number) >>> 0).toString(16)}`);
  const same = {jc: 'jb', jnc: 'jae', jz: 'je', jnz: 'jne', lodsb: 'lods', lodsd: 'lods', stosb: 'stos', stosd: 'stos'}[
    word
  ];
  return `${prefix}${same ?? word} ${hexadecimal.replaceAll(' ', '')}`.trim();
}

/** A line of objdump without what the source leaves out: segments, operands that an instruction always has, sizes beside a register. */
function describeMachineCode(text: string): string {
  const [word = '', ...rest] = text.split(/ +/).filter((part) => part !== '');
  const line = word === 'rep' ? `rep ${rest[0] ?? ''}` : word;
  if (/(lods|stos)$/.test(line)) return line;
  const operands = rest.join(' ').replace(/ds:(0x[0-9a-f]+)/, '[$1]');
  const hasRegister = /(^|,)(e?[abcds][xhlips]|[a-d][hl])(,|$)/.test(operands);
  const sized = operands.replace(/(\w+) PTR /, (_, size: string) => (hasRegister ? '' : size.toLowerCase()));
  return `${line} ${sized}`.trim();
}

/** Another reading of the same bytes; where binutils are installed. */
describe("the guest's program", () => {
  const {run} = createProcesses();
  let folder: string;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'guest-program-'));
    if ((await run('objdump', ['--version'])).exitCode !== 0) this.skip();
  });

  after(async () => {
    await rm(folder, {recursive: true, force: true});
  });

  it('is machine code that objdump reads as it was written', async () => {
    const {bytes, lines, names} = assemble(PROGRAM, ORIGIN);
    const isCode = ({text}: {readonly text: string}): boolean => !/^(db|dw|dd|pad) /.test(text);
    const code = Uint8Array.from(bytes);
    // Data would be read as code, and what follows it with a wrong beginning: as many instructions of one byte instead.
    for (const data of lines.filter((line) => !isCode(line))) {
      code.fill(0x90, data.address - ORIGIN, data.address - ORIGIN + data.bytes.length);
    }
    await writeFile(join(folder, 'program'), code);
    const format = ['--disassemble-all', '--target=binary', '--architecture=i8086', '--disassembler-options=intel'];
    const {stdout} = await run('objdump', [
      ...format,
      '--no-show-raw-insn',
      `--adjust-vma=${String(ORIGIN)}`,
      join(folder, 'program'),
    ]);
    const read = new Map(
      [...stdout.matchAll(/^ +([0-9a-f]+):\t(.*)$/gm)].map(([, address = '', text = '']) => [
        parseInt(address, 16),
        text,
      ]),
    );
    const instructions = lines.filter(isCode);
    assert.deepEqual(
      instructions.map(({address}) => describeMachineCode(read.get(address) ?? 'nothing')),
      instructions.map(({text}) => describeSource(text, names)),
    );
    assert.ok(instructions.length > 150);
  });
});
