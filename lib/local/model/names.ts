/** The application of a unit's name. */
export function getApplicationOf(unit: string): string {
  return unit.slice(0, unit.lastIndexOf('/'));
}

/** The number in a unit's name. */
export function getUnitNumber(unit: string): number {
  return Number(unit.slice(unit.lastIndexOf('/') + 1));
}

/** Compares by code unit, as Go sorts strings. */
export function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}

const UNIT = /^([a-z][a-z0-9]*(?:-[a-z0-9]*[a-z][a-z0-9]*)*)\/(?:0|[1-9]\d*)$/;

/** Whether a text is a unit's name. */
export function isUnitName(text: string): boolean {
  return UNIT.test(text);
}

const FIRST = ['tidy-goose', 'frank-colt', 'model-crow'];
const FIRST_NUMBER = 4;
const ADJECTIVES =
  'able bold brave brisk calm civil clear close crisp deep eager early exact fair fast fine fond free fresh full game glad good grand great handy happy hardy ideal just keen kind large light lively loyal lucky major mint moral neat new noble nice open patient polite prime proud pure quick quiet rapid rare ready rich robust safe sharp sleek smart smooth solid sound still stable sure sweet swift'.split(
    ' ',
  );
const ANIMALS =
  'ape asp bass bat bear bee bird boar bug cat chimp clam cobra cod cow crab cub deer dog dove drum duck eel elk emu ewe fawn finch fish flea fly fowl fox frog gnat gnu goat grub gull hare hawk hen heron horse ibex koi lamb lark leech lion lizard llama loon lynx mako mite mole moose moth mouse mule newt orca oryx osprey owl ox panda pig pika pony pug ram ray roach rodent sheep shrew skink sloth slug snail snake'.split(
    ' ',
  );

/**
 * The name MAAS gives a machine, adjective and animal. Machines 4, 5 and 6 bear the names of the deployment that this
 * project started from; no name comes twice before more than 5,000 machines.
 */
export function getMachineName(number: number): string {
  const first = FIRST[number - FIRST_NUMBER];
  if (first !== undefined) return first;
  const adjective = ADJECTIVES[(number * 7 + 3) % ADJECTIVES.length];
  const round = Math.floor(number / ADJECTIVES.length);
  const animal = ANIMALS[(number * 5 + round + 11) % ANIMALS.length];
  const again = Math.floor(number / (ADJECTIVES.length * ANIMALS.length));
  return `${String(adjective)}-${String(animal)}${again > 0 ? String(again) : ''}`;
}

/** The host name Juju gives a container: `juju-f0373f-1-lxd-2`. */
export function getContainerName(modelUuid: string, machine: string): string {
  return `juju-${modelUuid.slice(-6)}-${machine.replaceAll('/', '-')}`;
}
