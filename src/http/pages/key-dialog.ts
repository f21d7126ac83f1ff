/**
 * Asks whoever sits at the page for a key as soon as an answer is 401, and asks the question again with it. It is kept in
 * sessionStorage, which is of one tab and ends with it.
 */
export const keyDialog = `<script>
{
  const place = 'runledger-key';
  const plainFetch = window.fetch.bind(window);
  let asking = null;
  const ask = (why) => {
    asking ??= new Promise((resolve) => {
      const dialog = document.createElement('dialog');
      dialog.setAttribute('aria-label', 'Key');
      const form = document.createElement('form');
      form.method = 'dialog';
      const text = document.createElement('p');
      text.textContent = why;
      const input = document.createElement('input');
      Object.assign(input, { type: 'password', autocomplete: 'off', placeholder: 'rl_…', size: 48, autofocus: true });
      input.setAttribute('aria-label', 'Key');
      const button = document.createElement('button');
      button.textContent = 'Use this key in this tab';
      form.append(text, input, document.createElement('br'), button);
      dialog.append(form);
      dialog.addEventListener('close', () => {
        const key = input.value.trim();
        if (key) sessionStorage.setItem(place, key);
        dialog.remove();
        asking = null;
        resolve(key !== '');
      });
      document.body.append(dialog);
      dialog.showModal();
    });
    return asking;
  };
  window.fetch = async (input, init = {}) => {
    const send = () => {
      const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
      const key = sessionStorage.getItem(place);
      if (key && !headers.has('authorization')) headers.set('authorization', 'Bearer ' + key);
      return plainFetch(input, { ...init, headers });
    };
    const response = await send();
    if (response.status !== 401) return response;
    const said = await response.clone().json().then(({ errors }) => errors[0].message, () => 'This service asks for a key.');
    return (await ask(said)) ? send() : response;
  };
}
</script>
`;
