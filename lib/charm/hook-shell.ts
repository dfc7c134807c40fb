import {constants} from 'node:os';

import type {CommandResult} from './host.ts';

/**
 * Starting a program takes Node.js more than a millisecond, since it is a large process to fork from, and the smallest hook asks
 * some twenty questions. So a small process, `sh`, starts them: it is told one line for each. A program that takes
 * longer than this keeps nobody waiting: another shell is started, and they run at the same time.
 */
const PATIENCE_MS = 5;

const SHELLS_AT_MOST = 8;

/** A running `/bin/sh` that reads its script from standard input. */
export interface ShellProcess {
  /** Called once, before anything is written. */
  listen(to: {
    readonly stdout: (text: string) => void;
    readonly stderr: (text: string) => void;
    /** It is no more, or never was, for this reason. */
    readonly ended: (reason: string) => void;
  }): void;
  write(text: string): void;
  /** Whether this process waits for it before it ends. */
  hold(isHeld: boolean): void;
  /** Ends it with what it runs. */
  kill(): void;
}

/** Runs one program with its arguments, an empty standard input and this process's environment. */
export type RunPlain = (program: string, args: readonly string[]) => Promise<CommandResult>;

/** What shells are made of. */
export interface HookShellPorts {
  readonly start: () => ShellProcess;
  /** A text that nothing prints: it ends the output of each program. */
  readonly mark: string;
  /** How long a program may take. */
  readonly timeoutMs: number;
  /** Starts a program without a shell. It is asked when a shell could not start one, and says why. */
  readonly runAlone: RunPlain;
}

interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly resolve: (result: CommandResult | Promise<CommandResult>) => void;
}

interface Shell {
  run(call: Call): void;
}

/** Runs programs by shells, in the order asked for; one after the other as long as each ends at once. */
export function createHookShells(ports: HookShellPorts): RunPlain {
  const waiting: Call[] = [];
  const shells = new Set<Shell>();
  const idle: Shell[] = [];
  let patience: NodeJS.Timeout | undefined;
  let turns = 0;
  const add = (): void => {
    const shell = createShell(ports, {
      rested: () => {
        idle.push(shell);
        next();
      },
      ended: () => {
        shells.delete(shell);
        next();
      },
    });
    shells.add(shell);
    idle.push(shell);
    next();
  };
  // An answer may be there that this process has not read yet: it was busy itself.
  const addIfStill = (turn: number): void => {
    setImmediate(() => {
      if (turn === turns) {
        add();
      }
    });
  };
  const next = (): void => {
    clearTimeout(patience);
    turns += 1;
    const shell = takeLiving(idle, shells);
    const call = shell === undefined ? undefined : waiting.shift();
    if (shell !== undefined && call !== undefined) {
      shell.run(call);
    } else if (shell !== undefined) {
      idle.push(shell);
    }
    if (waiting.length > 0 && shells.size === 0) {
      add();
    } else if (waiting.length > 0 && shells.size < SHELLS_AT_MOST) {
      patience = setTimeout(addIfStill, PATIENCE_MS, turns);
    }
  };
  return (program, args) =>
    new Promise((resolve) => {
      waiting.push({program, args, resolve});
      next();
    });
}

/** A shell may end while it has nothing to do. */
function takeLiving(idle: Shell[], shells: ReadonlySet<Shell>): Shell | undefined {
  for (let shell = idle.pop(); shell !== undefined; shell = idle.pop()) {
    if (shells.has(shell)) {
      return shell;
    }
  }
  return undefined;
}

interface ShellEvents {
  /** It has answered and can be asked again. */
  readonly rested: () => void;
  readonly ended: () => void;
}

interface Running {
  readonly call: Call;
  readonly timer: NodeJS.Timeout;
  stdout: string;
  stderr: string;
  isLate: boolean;
}

function createShell({start, mark, timeoutMs, runAlone}: HookShellPorts, {rested, ended}: ShellEvents): Shell {
  const process = start();
  let running: Running | null = null;
  const settle = (result: CommandResult | Promise<CommandResult>): void => {
    clearTimeout(running?.timer);
    running?.call.resolve(result);
    running = null;
    process.hold(false);
  };
  const hear = (stream: 'stdout' | 'stderr', text: string): void => {
    if (running === null) {
      return;
    }
    running[stream] += text;
    const result = parseAnswer(running, mark);
    if (result !== null) {
      const {program, args} = running.call;
      settle(isNotStarted(result, program) ? runAlone(program, args) : result);
      rested();
    }
  };
  process.listen({
    stdout: (text) => {
      hear('stdout', text);
    },
    stderr: (text) => {
      hear('stderr', text);
    },
    ended: (reason) => {
      if (running !== null) {
        settle(running.isLate ? describeTimeout(running, timeoutMs) : describeLoss(running, reason));
      }
      ended();
    },
  });
  return {
    run: (call) => {
      const timer = setTimeout(() => {
        if (running !== null) {
          running.isLate = true;
        }
        process.kill();
      }, timeoutMs);
      running = {call, timer, stdout: '', stderr: '', isLate: false};
      process.hold(true);
      process.write(renderCall(call, mark));
    },
  };
}

/** A line for the shell: the program, its exit status behind a mark, and the mark on stderr. */
function renderCall({program, args}: Call, mark: string): string {
  const words = [program, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `${words} </dev/null; printf '\\n%s %s\\n' ${mark} $?; printf '\\n%s\\n' ${mark} >&2\n`;
}

/** What a program printed and how it ended, once all of it is there. */
function parseAnswer({call, stdout, stderr}: Running, mark: string): CommandResult | null {
  const end = stdout.endsWith('\n') ? stdout.lastIndexOf(`\n${mark} `) : -1;
  const errorEnd = `\n${mark}\n`;
  if (end < 0 || !stderr.endsWith(errorEnd)) {
    return null;
  }
  const printed = stdout.slice(0, end);
  const status = Number(stdout.slice(end + mark.length + 2));
  const signal = getSignal(status);
  return signal === undefined
    ? {exitCode: status, stdout: printed, stderr: stderr.slice(0, -errorEnd.length)}
    : {exitCode: 127, stdout: printed, stderr: `${call.program} was ended by ${signal}`};
}

/** A shell adds 128 to the number of the signal that ended a program. */
function getSignal(status: number): string | undefined {
  return status <= 128
    ? undefined
    : Object.entries(constants.signals).find(([, number]) => number === status - 128)?.[0];
}

/** The shell says so itself, with its own name first: there is no such program, or it does not run. */
function isNotStarted({exitCode, stderr}: CommandResult, program: string): boolean {
  return (
    (exitCode === 126 || exitCode === 127) &&
    /^\/bin\/sh: (?:line )?\d+: /.exec(stderr) !== null &&
    stderr.includes(`: ${program}: `)
  );
}

function describeTimeout({call: {program}, stdout}: Running, timeoutMs: number): CommandResult {
  return {exitCode: 124, stdout, stderr: `${program} did not end within ${timeoutMs} ms`};
}

function describeLoss({call: {program}, stdout}: Running, reason: string): CommandResult {
  return {exitCode: 127, stdout, stderr: `${program} could not be started (${reason})`};
}
