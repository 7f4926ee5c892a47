// Ties the forms that ask for a passkey to allauth's scripts, and says on the page where it did not work or cannot work.
(function () {
  function tell(id) {
    ['passkey-failed', 'passkey-known'].forEach(function (one) { document.getElementById(one).hidden = true; });
    const banner = document.getElementById(id);
    if (banner) { banner.hidden = false; banner.tabIndex = -1; banner.focus(); }
  }
  document.addEventListener('allauth.error', function (event) {
    event.preventDefault();
    // What the browser says where a device would get a second passkey of the same account.
    const isKnown = event.detail.exception && event.detail.exception.name === 'InvalidStateError';
    tell(isKnown ? 'passkey-known' : 'passkey-failed');
  });
  document.addEventListener('DOMContentLoaded', function () {
    const forms = document.querySelectorAll('form[data-passkey]');
    if (forms.length && !window.PublicKeyCredential) {
      tell('passkey-unknown');
      return;
    }
    forms.forEach(function (form) {
      form.querySelectorAll('[hidden]').forEach(function (part) { part.hidden = false; });
      window.allauth.webauthn.forms[form.dataset.passkey]({
        ids: { add: 'passkey', authenticate: 'passkey', login: 'passkey', credential: 'credential', passwordless: 'passwordless' },
        data: form.dataset.options ? JSON.parse(form.dataset.options) : undefined,
      });
    });
  });
})();
