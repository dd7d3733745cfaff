package bus

// Inside is the port of 127.0.0.1 that the embedded server of a cluster listens at, for nobody.
func (b *Bus) Inside() string { return b.server.Addr().String() }
