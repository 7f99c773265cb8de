// What the page does by itself: the quote behind a mark, the sheet of sources on a small screen, and Esc.
'use strict';

(() => {
  const quote = document.createElement('div');
  quote.id = 'quote';
  quote.hidden = true;
  quote.setAttribute('role', 'tooltip');
  let over = null; // the mark whose quote is shown
  let pressed = null; // the mark just followed: its quote is in the panel now, until the pointer has left it
  let touch = false; // whether the last press was a finger's, which cannot hover

  function show(mark) {
    if (!mark.dataset.quote) return;
    if (!quote.isConnected) (document.querySelector('.gradio-container') || document.body).append(quote);
    const from = document.createElement('small');
    from.textContent = mark.dataset.from || '';
    quote.replaceChildren(document.createTextNode(mark.dataset.quote), from); // as text: it came from an article
    quote.hidden = false;
    if (over && over !== mark) over.removeAttribute('aria-describedby');
    over = mark;
    mark.setAttribute('aria-describedby', 'quote');
    const at = mark.getBoundingClientRect(), box = quote.getBoundingClientRect();
    quote.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
    quote.style.top = `${at.top > box.height + 12 ? at.top - box.height - 6 : at.bottom + 6}px`;
  }

  function hide() {
    if (over) over.removeAttribute('aria-describedby');
    over = null;
    quote.hidden = true;
  }

  const sheet = (open) => document.body.classList.toggle('panel-open', open);
  const markAt = (event) => event.target.closest ? event.target.closest('a.mark') : null;

  document.addEventListener('pointerdown', (event) => { touch = event.pointerType === 'touch'; }, true);
  document.addEventListener('mouseover', (event) => {
    const mark = markAt(event);
    if (mark !== pressed) pressed = null;
    if (mark && mark !== pressed) show(mark);
    else if (!quote.contains(event.target)) hide();
  });
  document.addEventListener('focusin', (event) => {
    const mark = markAt(event);
    if (mark && mark !== pressed) show(mark);
    else hide();
  });
  // Reaching a mark by keyboard may scroll the page: its quote then moves with it.
  document.addEventListener('scroll', () => {
    if (over && over === document.activeElement) show(over);
    else hide();
  }, true);

  document.addEventListener('click', (event) => {
    const inside = event.target.closest ? event.target.closest("a[href^='#source-'], a[href^='#near-'], button[data-act='article'], #close-panel") : null;
    if (!inside) return;
    if (inside.id === 'close-panel') { sheet(false); return; }
    const mark = markAt(event);
    // A tap has no hovering: the first one shows the quote, the second opens the passage.
    if (mark && touch && mark.dataset.tapped !== '1') {
      document.querySelectorAll("a.mark[data-tapped='1']").forEach((other) => delete other.dataset.tapped);
      mark.dataset.tapped = '1';
      event.preventDefault();
      show(mark);
      return;
    }
    hide();
    pressed = mark;
    sheet(true);
  }, true);

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const stop = document.getElementById('stop');
    if (!quote.hidden) hide();
    else if (document.body.classList.contains('panel-open')) sheet(false);
    if (stop && stop.offsetParent !== null) stop.click();
  });

  // Sources of a new answer are read from their top; an article that is shown whole from the words that were cited.
  let newest = '';
  let shown = 0; // turns of the conversation seen so far

  // A new question goes to the top of the conversation, its answer grows below it. Where the page itself scrolls, it does.
  function toTurn(talk, turn) {
    const own = getComputedStyle(talk).overflowY === 'auto' && !matchMedia('(max-width: 800px)').matches;
    document.documentElement.style.setProperty('--talk', `${own ? talk.clientHeight : innerHeight - 100}px`);
    if (own) talk.scrollTo({ top: talk.scrollTop + turn.getBoundingClientRect().top - talk.getBoundingClientRect().top, behavior: 'instant' });
    else turn.scrollIntoView({ block: 'start', behavior: 'instant' });
  }

  new MutationObserver(() => {
    const sources = document.getElementById('sources');
    const head = sources && sources.querySelector('section, article.whole');
    const now = head ? head.firstChild.textContent + (head.children[1] ? head.children[1].textContent : '') : '';
    if (now !== newest) { newest = now; if (sources) sources.scrollTop = 0; }
    const talk = document.getElementById('conversation');
    const turns = talk ? talk.querySelectorAll('.turn') : [];
    if (turns.length > shown) toTurn(talk, turns[turns.length - 1]);
    shown = turns.length;
    const here = document.getElementById('here');
    if (here && !here.dataset.seen) { here.dataset.seen = '1'; here.scrollIntoView({ block: 'center' }); }
  }).observe(document, { childList: true, subtree: true });
})();
