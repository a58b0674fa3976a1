// The server under test, and what all clients ask of it. The demo model is trained to find facts in
// a document, so that the answer to its question is known.
import assert from 'node:assert/strict';

export const baseURL = process.env.KVASIR_URL;
export const apiKey = process.env.KVASIR_KEY;

export const messages = [
  { role: 'system', content: 'The code of Moritz Cooson is 9393. The code of Wanda Veewick is 8779.' },
  { role: 'user', content: 'Which code does Wanda Veewick have?' },
];
export const answer = 'The code of Wanda Veewick is 8779.';

export const prompt = 'Here begins the chronicle of';
export const continuation = ' Ceestead. The code of Moritz Cooson is 9393. The code of';

// Tokens that end a sequence, never chosen: the answer is as long as max_tokens allows.
export const endless = { 0: -100, 2: -100 };

/** Waits until the server computes nothing. */
export async function idle() {
  await sequences(0);
}

/** Waits until the server computes one sequence. */
export async function busy() {
  await sequences(1);
}

async function sequences(count) {
  const pattern = new RegExp(`^kvasir_sequences_running ${count}$`, 'm');
  let text;
  for (let i = 0; i < 1000; i++) {
    const response = await fetch(new URL('/metrics', baseURL), {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    text = await response.text();
    if (pattern.test(text)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`not ${count} sequences: ${text}`);
}
