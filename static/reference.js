// Shows the reference of the API, in the theme of the page around it.
(() => {
  const root = document.documentElement;
  const follow = () => root.classList.toggle('dark-mode', root.dataset.bsTheme === 'dark');
  follow();
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ['data-bs-theme'] });
  const place = document.getElementById('reference');

  // The viewer's own layout has a main part and a heading of its own, which a part of a page must not have.
  const layout = ({ React }) => ({
    components: {
      Reference: ({ getComponent, specSelectors }) => {
        const part = (name) => React.createElement(getComponent(name, true), { key: name });
        const loads = ['', 'loading'].includes(specSelectors.loadingStatus() ?? '');
        const whole = specSelectors.loadingStatus() === 'success';
        const assets = React.createElement(getComponent('SvgAssets'), { key: 'SvgAssets' });
        const shown = whole ? ['AuthorizeBtnContainer', 'operations', 'Models'] : [];
        return React.createElement('div', { className: 'swagger-ui wrapper' }, loads ? [] : [assets, part('errors'), ...shown.map(part)]);
      },
    },
  });

  // What it leaves unsaid for people who do not see it.
  const CALLED = [
    ['h3.opblock-tag, .models h4', { 'aria-level': '2' }],
  ];
  const say = ([selector, attributes]) => place.querySelectorAll(selector).forEach((element) => {
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  });

  // It makes its parts one after the other, and some of them again.
  new MutationObserver(() => CALLED.forEach(say)).observe(place, { childList: true, subtree: true });

  SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    // A link within the button that opens a call could not be reached by keyboard.
    deepLinking: false,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [layout],
    layout: 'Reference',
  });
})();
