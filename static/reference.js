// Shows the reference of the API, in the theme of the page around it.
(() => {
  const root = document.documentElement;
  const follow = () => root.classList.toggle('dark-mode', root.dataset.bsTheme === 'dark');
  follow();
  new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ['data-bs-theme'] });
  const place = document.getElementById('reference');
  SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    presets: [SwaggerUIBundle.presets.apis],
    layout: 'BaseLayout',
  });
})();
