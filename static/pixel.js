// The pixel: keeps the click that a visitor came by, and tells Accrue what the visitor did. It defines accrue(…), its twin
// affilync(…), and AffTracker for pages written for that. Whatever happens, it throws nothing at the page.
(function (w, d) {
  'use strict';
  var safe = function (work) {
    return function () { try { return work.apply(null, arguments); } catch (_) { /* the page goes on */ } };
  };
  safe(function () {
    // Loaded twice, it is there once.
    if (w.accrue && w.accrue.pixel) return;
    var NAME = 'afk_cid';
    var place = w.location;
    var me = d.currentScript || d.querySelector('script[src*="/pixel.js"],script[src*="/general_integration"]');
    var option = function (name) { return me && me.getAttribute('data-' + name) || ''; };
    var base = me ? me.src.replace(/\/(pixel\.js|integration\/general_integration).*/, '') : '';
    var allowed = option('consent') !== 'required';
    var begun, ready, waiting = [];

    var stored = safe(function () {
      return (/(?:^|; )afk_cid=(clk_[\w-]{71})(?:;|$)/.exec(d.cookie) || [])[1];
    });
    var parameter = safe(function (name) {
      return decodeURIComponent((new RegExp('[?&]' + name + '=([^&]+)').exec(place.search) || [])[1] || '');
    });
    // The hosts at and above this page's, the widest first; browsers refuse those that are not the shop's own.
    var domains = function () {
      var labels = place.hostname.split('.');
      var above = labels.map(function (_, at) { return labels.slice(-1 - at).join('.'); });
      return (option('domain') ? [option('domain')] : above).concat('');
    };
    var put = function (value, seconds, domain) {
      d.cookie = NAME + '=' + value + ';path=/;samesite=lax;max-age=' + seconds
        + (domain && ';domain=' + domain) + (place.protocol === 'https:' ? ';secure' : '');
    };
    // A token says in its fourth and fifth byte for how many days it counts.
    var keep = safe(function (token) {
      if (!/^clk_[\w-]{71}$/.test(token)) return;
      var bytes = w.atob(token.substr(8, 4).replace(/-/g, '+').replace(/_/g, '/'));
      var days = bytes.charCodeAt(0) * 256 + bytes.charCodeAt(1);
      domains().some(function (domain) {
        if (stored() !== token) put(token, days * 86400, domain);
        return stored() === token;
      });
    });

    var post = function (message, mode, credentials) {
      return w.fetch(base + '/e', {
        method: 'POST', mode: mode, credentials: credentials, keepalive: true, referrerPolicy: 'strict-origin',
        body: JSON.stringify(message)
      });
    };
    var show = safe(function (message) {
      var image = new Image();
      image.referrerPolicy = 'strict-origin';
      image.src = base + '/e.gif?' + Object.keys(message).map(function (name) {
        var value = message[name];
        return name + '=' + encodeURIComponent(typeof value !== 'object' || value.join ? value : JSON.stringify(value));
      }).join('&');
    });
    // The same order told twice is one order, so what may not have arrived is told once more.
    var send = function (message) {
      if (!base) return;
      var again = function () { w.setTimeout(show, 2000, message); };
      if (w.fetch) post(message, 'no-cors', 'include').then(null, again);
      else if (!navigator.sendBeacon || !navigator.sendBeacon(base + '/e', JSON.stringify(message))) show(message);
    };
    var tell = function (event, facts) {
      var message = { campaign: option('campaign') };
      for (var name in facts) message[name] = facts[name];
      message.event = event;
      message.click = stored();
      for (name in message) if (message[name] == null || message[name] === '') delete message[name];
      send(message);
    };
    var flush = function () {
      if (!allowed) return;
      ready = true;
      waiting.splice(0).forEach(safe(function (one) { tell(one[0], one[1]); }));
    };
    var land = function (code) {
      w.setTimeout(flush, 3000);
      var campaign = option('campaign');
      // A reload is no second visit.
      if (!campaign || !w.fetch || stored() && w.sessionStorage[NAME] === code) return flush();
      post({ event: 'landing', campaign: campaign, affiliate: code, url: place.href, referrer: d.referrer }, 'cors', 'omit')
        .then(function (answer) {
          var token = allowed && answer.headers.get('X-Click-Token');
          if (!token) return;
          keep(token);
          w.sessionStorage[NAME] = code;
        }).then(flush, flush);
    };
    var begin = function () {
      if (begun || !allowed) return;
      begun = true;
      var token = parameter(NAME);
      var code = parameter('aff');
      if (code && !token) return land(code);
      keep(token);
      flush();
    };
    // A page that is only rendered in case somebody goes there has no visitor yet.
    var start = function () {
      if (d.prerendering) d.addEventListener('prerenderingchange', safe(begin)); else begin();
    };

    var accrue = safe(function (command, what, facts) {
      if (command === 'consent') {
        allowed = what === 'granted';
        if (allowed) return start();
        begun = ready = false;
        waiting = [];
        domains().forEach(function (domain) { put('', 0, domain); });
      } else if (command === 'track' && what) {
        if (ready) tell(what, facts); else waiting.push([what, facts]);
      }
    });
    accrue.pixel = true;
    // What such pages also call: the shop's own address, the visit, the product that is looked at, the end of a subscription.
    var nothing = function () {};
    w.AffTracker = {
      setWebsiteUrl: nothing, setData: nothing, generalClick: nothing, productClick: nothing, stop_recurring: nothing,
      createAction: function (code) { accrue('track', code); },
      add_order: safe(function (order) {
        var facts = { amount: order.order_total, currency: order.order_currency };
        for (var name in order) if (!/^order_(total|currency)$/.test(name)) facts[name] = order[name];
        accrue('track', 'conversion', facts);
      })
    };
    var queues = [w.accrue, w.affilync === w.accrue ? 0 : w.affilync];
    w.accrue = w.affilync = accrue;
    safe(start)();
    // An event may also stand in the script's own attributes, where a policy allows no script in the page.
    if (option('event')) {
      var facts = {};
      for (var name in me.dataset) {
        if (!/^(event|campaign|consent|domain)$/.test(name)) facts[name.replace(/[A-Z]/g, '_$&').toLowerCase()] = me.dataset[name];
      }
      accrue('track', option('event'), facts);
    }
    queues.forEach(function (stub) {
      for (var at = 0, calls = stub && stub.q || []; at < calls.length; at++) accrue.apply(null, calls[at]);
    });
  })();
})(window, document);
