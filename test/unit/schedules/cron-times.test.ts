import assert from 'node:assert/strict';

import { timesOfCron } from '../../../schedules/cron-times.ts';

describe('the times of a cron expression', () => {
  it('are the same however they are written', () => {
    const day = Array.from({ length: 31 }, (_, index) => index + 1).join();
    const month = Array.from({ length: 12 }, (_, index) => index + 1).join();

    assert.equal(timesOfCron('0 2 * * 0'), `0 2 ${day} ${month} 0`);
    assert.equal(timesOfCron('0 2 * * 7'), timesOfCron('0 2 * * SUN'));
    assert.equal(timesOfCron('*/30 9-11 * * 1-5'), `0,30 9,10,11 ${day} ${month} 1,2,3,4,5`);
    assert.equal(timesOfCron('5 0 1 JAN,JUL *'), '5 0 1 1,7 0,1,2,3,4,5,6');
  });

  it('differ where the schedules do', () => {
    assert.notEqual(timesOfCron('0 0 * * *'), timesOfCron('0 0 * * 1-5'));
  });
});
