// Mocha's own reporter for parallel runs, plus one last line that any log reader understands.
const Mocha = require('mocha');

module.exports = class Reporter extends Mocha.reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const {passes = 0, failures = 0} = this.stats;
      process.stdout.write(`${passes} passed, ${failures} failed\n`);
    });
  }
};
