import {Narrator} from './narrator.ts';
import {STORIES} from './stories/index.ts';
import {Theatre} from './theatre.ts';

/** Every story, told as `npm run story` tells it; what it asserts is in the story. */
describe('the failure stories', () => {
  const narrator = new Narrator((line) => process.stdout.write(`${line}\n`));
  const theatre = new Theatre(narrator);

  before(async () => {
    await theatre.enter();
    await theatre.open();
  });

  after(async () => {
    narrator.summarise();
    if (theatre.isOpen) await theatre.close({isKept: false});
  });

  for (const story of STORIES) {
    it(`${story.name}: ${story.title}`, () => theatre.tell(story));
  }
});
