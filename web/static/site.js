// Adds GOV.UK Frontend's behaviour (the menu on phones, error summaries that take the focus). Every page works without.
import { initAll } from './vendor/govuk-frontend/govuk-frontend.min.js'

initAll()
