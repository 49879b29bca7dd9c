/**
 * What the pages do where scripts run: they read the token behind the `#`, ask what it is for, and put it into the links.
 *
 * SECURITY: the token itself is never sent over plain HTTP. What is asked with is its SHA-256, computed here because
 * browsers give pages without TLS no cryptography of their own.
 */
export const SCRIPT = `'use strict';
(function () {
  function sha256(text) {
    var k = [], h = [], n = 0;
    for (var c = 2; n < 64; c++) {
      var prime = true;
      for (var f = 2; f * f <= c; f++) if (c % f === 0) { prime = false; break; }
      if (!prime) continue;
      if (n < 8) h[n] = (Math.pow(c, 1 / 2) * 4294967296) | 0;
      k[n++] = (Math.pow(c, 1 / 3) * 4294967296) | 0;
    }
    var w = [], length = text.length;
    for (var i = 0; i < length; i++) w[i >> 2] |= text.charCodeAt(i) << (24 - (i % 4) * 8);
    w[length >> 2] |= 128 << (24 - (length % 4) * 8);
    var end = (((length + 8) >> 6) + 1) * 16;
    w[end - 1] = length * 8;
    function turn(x, by) { return (x >>> by) | (x << (32 - by)); }
    for (var at = 0; at < end; at += 16) {
      var s = h.slice(), m = [];
      for (var t = 0; t < 64; t++) {
        if (t < 16) m[t] = w[at + t] | 0;
        else {
          var a = m[t - 15], b = m[t - 2];
          m[t] = (m[t - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + m[t - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
        }
        var one = (s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + k[t] + m[t]) | 0;
        var two = ((turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]))) | 0;
        s = [(one + two) | 0, s[0], s[1], s[2], (s[3] + one) | 0, s[4], s[5], s[6]];
      }
      for (var j = 0; j < 8; j++) h[j] = (h[j] + s[j]) | 0;
    }
    return h.map(function (x) { return ('0000000' + (x >>> 0).toString(16)).slice(-8); }).join('');
  }

  function platform() {
    var agent = navigator.userAgent;
    if (/Android/i.test(agent)) return 'android';
    if (/iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)) return 'ios';
    if (/Windows/.test(agent)) return 'windows';
    if (/Macintosh/.test(agent)) return 'macos';
    return /Linux|X11/.test(agent) ? 'linux' : undefined;
  }

  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function show(name, isShown) { all('[data-part="' + name + '"]').forEach(function (part) { part.hidden = !isShown; }); }
  function say(name, text) { all('[data-text="' + name + '"]').forEach(function (part) { part.textContent = text; }); }

  var here = platform();
  all('details[data-platform]').forEach(function (part) {
    part.open = part.getAttribute('data-platform') === here;
    var first = part.parentNode.querySelector('details');
    if (part.open && first !== part) part.parentNode.insertBefore(part, first);
  });

  var found = /^#([0-9a-fA-F]{32})(?:\\.([0-9a-fA-F]{20}))?$/.exec(location.hash);
  var token = found ? found[1].toLowerCase() : undefined;
  var wanted = found && found[2] ? found[2].toLowerCase() : '';
  var marked = document.querySelector('[data-authority]');
  var authority = marked ? marked.getAttribute('data-authority') : '';
  all('input[name="token"]').forEach(function (input) {
    if (!token) return;
    input.value = token;
    input.parentNode.hidden = true;
  });
  if (document.body.querySelector('[data-part="invitation"]') === null) return;
  if (!token) return refuse('This link is not complete: the code behind the # is missing. Scan it, or copy it, once more.');
  if (authority.slice(0, wanted.length) !== wanted) {
    return refuse('This is not the server that invited you, or it has a new certificate. Ask for a new link, and use nothing on this page.');
  }
  all('a[data-form]').forEach(function (link) { link.hash = token; });

  function refuse(text) {
    show('invitation', false);
    show('steps', false);
    show('refusal', true);
    say('refusal', text);
  }

  var request = new XMLHttpRequest();
  request.open('GET', '/join/invitation?of=' + sha256(token));
  request.onerror = function () { say('title', document.title); };
  request.onload = function () {
    var answer;
    try { answer = JSON.parse(request.responseText); } catch (error) { return; }
    if (request.status !== 200) return refuse(answer.detail || 'This invitation could not be looked up.');
    say('title', answer.title);
    say('text', answer.text);
    document.title = answer.title;
    var isPassword = answer.purpose === 'password';
    show('account', answer.purpose === 'account');
    show('password', isPassword);
    show('apps', !isPassword);
    show('open', !isPassword);
    all('a[data-open]').forEach(function (link) {
      if (answer.uri) link.href = answer.uri.replace('preauth=TOKEN', 'preauth=' + token);
    });
  };
  request.send();
})();
`;
