// Adds GOV.UK Frontend's behaviour (the menu on phones, error summaries that take the focus), and keeps what is typed into
// the record of a session until it is saved. Every page works without.
import { initAll } from './vendor/govuk-frontend/govuk-frontend.min.js'

initAll()

const WEEK = 7 * 24 * 60 * 60 * 1000

// A form with `data-keep` is kept in this browser as it is typed, under that name: a phone that rings loses nothing.
for (const form of document.querySelectorAll('form[data-keep]')) {
  const name = `kept ${form.dataset.keep}`
  const boxes = [...form.elements].filter((box) => box.matches('textarea, input:not([type]), input[type=text], input[type=radio], input[type=checkbox], select'))
  const value = (box) => (box.matches('[type=radio], [type=checkbox]') ? box.checked : box.value)
  let kept = null
  try {
    kept = JSON.parse(localStorage.getItem(name))
  } catch {
    // Not allowed here, or not ours: then nothing is kept.
  }
  if (kept && Date.now() - kept.at < WEEK && kept.values.length === boxes.length && !form.querySelector('.govuk-error-message')) {
    const differs = boxes.some((box, place) => value(box) !== kept.values[place])
    boxes.forEach((box, place) => {
      if (box.matches('[type=radio], [type=checkbox]')) box.checked = kept.values[place]
      else box.value = kept.values[place]
    })
    form.querySelector('[data-kept]').hidden = !differs
  }
  const forget = () => {
    try {
      localStorage.removeItem(name)
    } catch {
      // As above.
    }
  }
  form.addEventListener('input', () => {
    try {
      localStorage.setItem(name, JSON.stringify({ at: Date.now(), values: boxes.map(value) }))
    } catch {
      // As above.
    }
  })
  form.addEventListener('submit', forget)
}
