import {mkdir, readdir, rename} from 'node:fs/promises';
import {join} from 'node:path';

import {createProcesses} from '#charm';
import {put} from '../unit-agent/index.ts';

/** What a hook asks of its machine and of Juju. */
export type Call = readonly [program: string, ...args: string[]];

/**
 * Prints the answer that is kept for its own name and arguments; without one it becomes the script it stands for. Juju's hook
 * tools are programs, and a shell that reads a script takes longer to start than one that answers at once.
 */
const source = `
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char path[4096], text[65536];
  const char *slash = strrchr(argv[0], '/');
  const char *name = slash == NULL ? argv[0] : slash + 1;
  size_t at = snprintf(path, sizeof path, "%s/", ANSWERS), start = at;
  for (int i = 0; i < argc && at < sizeof path; i++)
    at += snprintf(path + at, sizeof path - at, i == 0 ? "%s" : " %s", i == 0 ? name : argv[i]);
  for (char *c = path + start; *c != 0; c++) if (*c == '/') *c = '|';
  int file = open(path, O_RDONLY);
  if (file < 0) {
    snprintf(path, sizeof path, "%s/%s", SCRIPTS, name);
    execv(path, argv);
    return 127;
  }
  for (ssize_t size; (size = read(file, text, sizeof text)) > 0;)
    if (write(1, text, size) != size) return 1;
  return 0;
}
`;

export interface QuickenOptions {
  /** Folders of scripts that are programs from now on. */
  readonly folders: readonly string[];
  /** A folder of its own. */
  readonly work: string;
  readonly calls: readonly Call[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Puts a small program in the place of each script, which gives the script's answers. False where there is no C compiler. */
export async function quicken({folders, work, calls, environment}: QuickenOptions): Promise<boolean> {
  const {run} = createProcesses();
  const answers = join(work, 'answers');
  const scripts = join(work, 'scripts');
  await put(join(work, 'answer.c'), source);
  const flags = ['-O2', '-static', `-DANSWERS="${answers}"`, `-DSCRIPTS="${scripts}"`];
  const compiled = await run('cc', [...flags, '-o', join(work, 'answer'), join(work, 'answer.c')]);
  if (compiled.exitCode !== 0) return false;
  for (const call of calls) {
    const [program, ...args] = call;
    const {exitCode, stdout, stderr} = await run(program, args, {environment});
    if (exitCode === 0 && stderr === '') await put(join(answers, call.join(' ').replaceAll('/', '|')), stdout);
  }
  await mkdir(scripts, {recursive: true});
  for (const folder of folders) {
    for (const {name} of (await readdir(folder, {withFileTypes: true})).filter((entry) => entry.isFile())) {
      await rename(join(folder, name), join(scripts, name));
      await run('cp', [join(work, 'answer'), join(folder, name)]);
    }
  }
  return true;
}
