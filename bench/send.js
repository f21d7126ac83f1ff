import { request } from 'node:http';

/**
 * Sends a GraphQL request by the connections of an agent. @throws with the answer where there are errors in it.
 * @param {{ url: string, agent: import('node:http').Agent, key?: string | undefined }} to
 * @param {object} body
 * @returns {Promise<void>}
 */
export function send({ url, agent, key }, body) {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(key && { authorization: `Bearer ${key}` }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => (text.includes('"errors"') ? reject(new Error(text)) : resolve()));
    });
    asked.on('error', reject);
    asked.end(JSON.stringify(body));
  });
}
