// Settings of delivery: how many workers, which networks may be called, the gateway's certificate
// for calling, and whom alerts go to.

import Validation

/// What the delivery of messages is set to.
package struct PushSettings: Sendable {
  /// Pushes under way at once, over all endpoints.
  package var workers = 64
  /// Networks that are called although they are not public.
  package var allowedNetworks: [NetworkRange] = []
  /// The certificate and key shown to endpoints; the listener's own unless given.
  package var certificate: String?
  package var key: String?
  /// Where alerts are posted; nil for the log alone.
  package var alertHook: String?
  /// The authorities of the hook's certificate, a PEM file; nil for the system's.
  package var alertAuthority: String?
  /// Seconds that one push may take, from the name to the answer.
  package var patienceSeconds = 30

  package init() {}
}

extension SettingsReader {
  mutating func push(_ folder: String, _ target: inout PushSettings) {
    integer("/delivery/workers", in: 2...1024, &target.workers)
    integer("/delivery/patienceSeconds", in: 1...120, &target.patienceSeconds)
    var networks: [String] = []
    strings("/delivery/allowedNetworks", &networks)
    for text in networks {
      if let range = NetworkRange(text) {
        target.allowedNetworks.append(range)
      } else {
        fault(
          "/delivery/allowedNetworks",
          "Write each network as address/prefix with no bits beyond it, such as 10.20.0.0/16.")
      }
    }
    optionalPath("/delivery/certificate", folder, &target.certificate)
    optionalPath("/delivery/key", folder, &target.key)
    var hook = ""
    string("/alerts/hook", &hook)
    if !hook.isEmpty {
      target.alertHook = hook
      if EndpointURL(hook) == nil {
        fault("/alerts/hook", "Write the hook as https://host/path.")
      }
    }
    optionalPath("/alerts/authority", folder, &target.alertAuthority)
  }
}
