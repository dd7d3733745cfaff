package main

import (
	"log/slog"

	"gochatting/internal/mail"
	"gochatting/internal/openid"
	"gochatting/internal/store"
)

func (e entry) rules() store.Entry {
	return store.Entry{Join: e.join, Owner: e.owner, Proves: e.proves()}
}

// mailer is nil if there is no mail.
func (e entry) mailer(log *slog.Logger) (*mail.Mailer, error) {
	if e.smtp == nil {
		return nil, nil
	}
	return mail.New(mail.Config{SMTP: e.smtp, From: e.mailFrom, Log: log})
}

// provider is nil if there is none. It sends people back to site.
func (e entry) provider(site string, log *slog.Logger) (*openid.Provider, error) {
	if e.oidcIssuer == "" {
		return nil, nil
	}
	return openid.New(openid.Config{
		Issuer: e.oidcIssuer, ClientID: e.oidcID, ClientSecret: e.oidcSecret,
		Redirect: site + "/openid/callback", Log: log,
	})
}
