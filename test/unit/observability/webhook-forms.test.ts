import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

import { parseWebhooks, secretsOfWebhooks, webhooksFault } from '../../../src/config/webhook.ts';
import { refusalOf, webhookRequest } from '../../../src/observability/notices/webhook-forms.ts';
import { subjectOf } from '../../../src/observability/notices/words.ts';
import type { SeenNotice } from '../../../src/warehouse/notices.ts';

function seenNotice(facts: Partial<SeenNotice> = {}): SeenNotice {
  return {
    key: 'k',
    severity: 'error',
    code: 'ETL-JOB-521',
    title: 'Job daily failed: <reset> & *gone*',
    meaning: 'Nothing was loaded.',
    action: 'Look at the job.',
    facts: { jobId: 'daily/1' },
    seen: 1,
    seenAnew: 1,
    firstSeenAt: '2026-11-23T16:00:00.000Z',
    lastSeenAt: '2026-11-23T16:00:00.000Z',
    ...facts,
  };
}

function bodyOf(address: string, notices = [seenNotice()]): string {
  const [webhook] = parseWebhooks(address);
  assert.ok(webhook);
  return JSON.stringify(webhookRequest(webhook, notices, 1_700_000_000_000).body);
}

describe('webhooks in the settings', () => {
  it('knows the form of a chat by its host, and by a word in front', () => {
    const forms = parseWebhooks(
      'https://hooks.slack.com/a,https://oapi.dingtalk.com/b,https://open.feishu.cn/c,https://qyapi.weixin.qq.com/d,https://example.com/e,wecom:https://example.com/f',
    ).map(({ form }) => form);

    assert.deepEqual(forms, ['slack', 'dingtalk', 'feishu', 'wecom', 'json', 'wecom']);
  });

  for (const text of ['ftp://x', 'teams:https://example.com', 'nonsense', 'slack:']) {
    it(`refuses ${text} without repeating it`, () => {
      const fault = webhooksFault(text);
      assert.ok(fault !== undefined && !fault.includes(text), fault);
    });
  }

  it('counts address, path and signing secret among the secrets', () => {
    const webhooks = parseWebhooks('https://oapi.dingtalk.com/robot?access_token=abc123#SECxyz');

    assert.deepEqual(secretsOfWebhooks(webhooks), [
      'https://oapi.dingtalk.com/robot?access_token=abc123',
      '/robot?access_token=abc123',
      'SECxyz',
    ]);
  });
});

describe('the message forms', () => {
  it('say what happened, what it means and what to do, in each form', () => {
    for (const form of ['json', 'slack', 'dingtalk', 'feishu', 'wecom']) {
      const body = bodyOf(`${form}:https://example.com/hook`);
      for (const part of ['ETL-JOB-521', 'Job daily failed', 'Nothing was loaded', 'Look at']) {
        assert.ok(body.includes(part), `${form} lacks "${part}": ${body}`);
      }
    }
  });

  it('escape what a chat would take for its own marks', () => {
    assert.match(bodyOf('slack:https://example.com'), /&lt;reset&gt; &amp; \*gone\*/);
    assert.match(bodyOf('wecom:https://example.com'), /\\\\\*gone\\\\\*/);
  });

  it('name how many more there are than are told in full', () => {
    const many = Array.from({ length: 13 }, (_, index) => seenNotice({ key: String(index) }));

    assert.match(bodyOf('slack:https://example.com', many), /and 3 more, see/);
    assert.match(subjectOf(many), /\(and 12 more\)$/);
  });

  it('say how often a trouble was seen since it was last told', () => {
    const body = bodyOf('slack:https://example.com', [seenNotice({ seen: 40, seenAnew: 37 })]);

    assert.match(body, /37 times since it was last told, 40 times in all/);
  });

  it('stay within what WeCom takes, whole characters only', () => {
    const many = Array.from({ length: 10 }, () => seenNotice({ title: '行情'.repeat(400) }));
    const body = JSON.parse(bodyOf('wecom:https://example.com', many)) as {
      markdown: { content: string };
    };

    assert.ok(Buffer.byteLength(body.markdown.content) <= 4096);
    assert.ok(!body.markdown.content.includes('\uFFFD'));
  });

  it("sign as DingTalk's and Feishu's robots ask for", () => {
    const now = 1_700_000_000_000;
    const [ding, feishu] = parseWebhooks(
      'dingtalk:https://example.com/r?access_token=t#SECa,feishu:https://example.com/f#SECb',
    );
    assert.ok(ding && feishu);

    const url = new URL(webhookRequest(ding, [seenNotice()], now).url);
    const signed = webhookRequest(feishu, [seenNotice()], now).body;

    const dingSign = createHmac('sha256', 'SECa').update(`${now}\nSECa`).digest('base64');
    const feishuSign = createHmac('sha256', '1700000000\nSECb').update('').digest('base64');
    assert.equal(url.searchParams.get('sign'), dingSign);
    assert.equal(url.searchParams.get('access_token'), 't');
    assert.deepEqual([signed['timestamp'], signed['sign']], ['1700000000', feishuSign]);
  });

  it('hear a refusal that comes with status 200', () => {
    assert.equal(
      refusalOf('dingtalk', '{"errcode":310000,"errmsg":"sign not match"}'),
      '310000 sign not match',
    );
    assert.equal(refusalOf('feishu', '{"code":19021,"msg":"sign"}'), '19021 sign');
    assert.equal(refusalOf('wecom', '<html>'), 'undefined no reason given');
    assert.equal(refusalOf('wecom', '{"errcode":0}'), undefined);
  });
});
