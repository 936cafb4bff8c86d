// Which addresses are called, and which URLs are endpoints.

import Testing

@testable import Gateway

@Suite struct AddressGuardTests {
  @Test(arguments: [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1",
    "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:0001::1", "::7f00:1", "2001::1",
  ])
  func isNotCalled(text: String) throws {
    let bytes = try #require(IPAddress.bytes(of: text))
    #expect(!AddressGuard().permits(bytes))
  }

  @Test(arguments: [
    "8.8.8.8", "172.15.255.255", "172.32.0.1", "192.0.3.1", "2a00:1450::1", "::ffff:8.8.8.8",
    "64:ff9b::808:808", "2002:0808:0808::1",
  ])
  func isCalled(text: String) throws {
    let bytes = try #require(IPAddress.bytes(of: text))
    #expect(AddressGuard().permits(bytes))
  }

  @Test func namedNetworksAreCalled() throws {
    let network = try #require(NetworkRange("10.20.0.0/15"))
    let permitted = AddressGuard(allowed: [network])
    #expect(permitted.permits([10, 21, 255, 1]))
    #expect(permitted.permits(try #require(IPAddress.bytes(of: "::ffff:10.20.0.1"))))
    #expect(!permitted.permits([10, 22, 0, 1]))
    #expect(!permitted.permits([127, 0, 0, 1]))
  }

  @Test(arguments: [
    "10.0.0.0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "example.org/8", "/8", "fd00::1/8",
  ])
  func isNoNetwork(text: String) { #expect(NetworkRange(text) == nil) }

  @Test(arguments: [
    "http://a.example/", "https://", "https:///x", "https://a@b.example/", "https://a.example:0/",
    "https://a.example:99999/", "https://a.example/#x", "https://a.example/a b", "ftp://a/",
    "https://[::1/", "https://[a.example]/", "https://a.example:8x/",
  ])
  func isNoEndpoint(text: String) { #expect(EndpointURL(text) == nil) }

  @Test func isAnEndpoint() throws {
    let url = try #require(EndpointURL("https://Push.Example:8443/in?x=1"))
    #expect(url.host == "push.example" && url.port == 8443 && url.target == "/in?x=1")
    let bare = try #require(EndpointURL("https://[2a00:1450::1]"))
    #expect(bare.host == "2a00:1450::1" && bare.port == 443 && bare.target == "/")
  }
}
