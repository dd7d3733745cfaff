package auth

// Browser is browser.
var Browser = browser
