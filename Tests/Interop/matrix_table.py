#!/usr/bin/env python3
"""Writes Tests/PolicyTests/catalogue-matrix.csv from the message catalogue.

How the table was made: `matrix_table.py CATALOGUE.json > Tests/PolicyTests/catalogue-matrix.csv`.
The catalogue is the analysis of the five source documents (medical policy, children missing
education notice, children in need notice, safeguarding partnership notice, SEND Partnership Service
policy) and of public law that came before the schemas were written: for each message type its
senders and recipients, purpose, basis and consent rule, by code. This script never reads
`schemas/`: the table is a second account of the same facts, and PolicyTests holds the descriptors
and the rules to it. Standard library alone.

The catalogue names parties by code, and some codes stand for groups. What each code means as roles
is written out below, once, from the catalogue's own list of parties.
"""

import csv
import json
import sys

# One code, one role.
ROLES = {
    "SCH": "school", "SSC": "special-school", "IND": "independent-school",
    "EDC": "education-centre", "TUT": "home-tutor-agency", "P2L": "online-learning-provider",
    "ISS": "inclusion-support-service", "ATT": "attendance-team",
    "EIS": "education-inclusion-service", "CME": "children-missing-education",
    "EHE": "elective-home-education", "ADM": "admissions", "SEN": "sen-casework",
    "VSH": "virtual-school", "EPS": "educational-psychology",
    "HIA": "inspection-and-advisory-service", "LIT": "legal-intervention",
    "CSC": "childrens-social-care", "EHL": "early-help", "YOT": "youth-offending-team",
    "CAM": "camhs", "SNS": "school-nursing", "CPD": "community-paediatrics",
    "GPR": "gp-practice", "POL": "police", "HSCP": "safeguarding-partnership",
    "PANEL": "review-panel", "SPS": "send-partnership-service", "S2S": "lost-pupil-pool",
    "DFE": "department-for-education", "OFS": "ofsted", "SAR": "subject-access-team",
    "DPO": "data-protection-officer", "CUST": "sealed-record-custodian",
    "LA": "local-authority-transfers", "HCC": "council-complaints",
    "CCG": "integrated-care-board",
    # Not participants: ways in and out, and the gateway.
    "GW": "gateway", "PAR": "parent-portal", "PUB": "public-portal", "FAM": "family-portal",
    "PUBLIC": "web-publication",
}
NOT_PARTICIPANTS = ["GW", "PAR", "PUB", "FAM", "PUBLIC"]
# "any participant"; "every party the audit log lists as an earlier recipient" may be any of them.
ANY = [code for code in ROLES if code not in NOT_PARTICIPANTS]

GROUPS = {
    "ANY": ANY,
    "ANY-RECIPIENT": ANY,
    # "any health party"
    "HEA": ["CAM", "SNS", "CPD", "GPR"],
    # "s11(1) body, s16E safeguarding/designated education or childcare agency, or its contracted
    # provider": the children's services of the authority, health, police and the partnership;
    # schools and education centres; tutors and online providers under contract.
    "RELV": [
        "ISS", "ATT", "EIS", "CME", "EHE", "ADM", "SEN", "VSH", "EPS", "CSC", "EHL", "YOT",
        "CAM", "SNS", "CPD", "GPR", "CCG", "POL", "HSCP",
        "SCH", "SSC", "IND", "EDC", "TUT", "P2L"],
    # "any safeguarding partner or relevant agency": the authority (social care, early help, youth
    # offending, and the two services that hold cases of children out of school), health and its
    # commissioner, police; schools and education centres.
    "PARTNER": [
        "CSC", "EHL", "YOT", "CME", "ISS", "CAM", "SNS", "CPD", "GPR", "CCG", "POL",
        "SCH", "SSC", "IND", "EDC"],
}

# "another local authority": the same team there, which depends on what the message is for.
ANOTHER_AUTHORITY = {"P.CME": "CME", "P.CTF": "CME", "P.SEN": "SEN", "P.SPS": "SEN"}

# "sender of the request (the referral) being answered"
ANSWERED = {"REQUESTER": "S16LA.REQ", "REFERRER": "SAFE.REF"}

PURPOSES = {
    "P.MED": "medical-education", "P.IHCP": "healthcare-in-school", "P.ATT": "attendance",
    "P.CME": "children-missing-education", "P.CTF": "record-transfer", "P.SEN": "sen-support",
    "P.EHE": "elective-home-education", "P.ADM": "admissions", "P.EXC": "exclusion",
    "P.SAFE": "safeguarding", "P.CRIME": "crime", "P.CIN": "children-in-need-and-care",
    "P.HSCP": "safeguarding-partnership", "P.SPS": "impartial-family-support",
    "P.LEGAL": "enforcement", "P.FUND": "charging", "P.STAT": "statutory-collection",
    "P.RGT": "information-rights", "P.OPS": "exchange-operations",
}
# The Article 6 ground of each basis.
BASES = {
    "B.PT": "uk-gdpr:A6-1-e", "B.LO": "uk-gdpr:A6-1-c", "B.SP": "uk-gdpr:A6-1-e",
    "B.CON": "uk-gdpr:A6-1-a", "B.VI": "uk-gdpr:A6-1-d",
}


def roles(codes, message, messages):
    """The roles that a list of party codes stands for, sorted."""
    codes = [code.rstrip("?") for code in codes]  # "?": only in some cases
    found = set()
    for code in codes:
        if code in ANSWERED:
            asked = messages[ANSWERED[code]]
            found |= set(roles(asked["sender"], asked, messages))
        elif code == "OLA":
            found.add(ROLES[ANOTHER_AUTHORITY[message["purpose"]]])
        elif code in GROUPS:
            found |= {ROLES[member] for member in GROUPS[code]}
        else:
            found.add(ROLES[code])
    # Alone, "school" stands for every kind of school; beside another kind it is a maintained one.
    if "SCH" in codes and not {"SSC", "IND"} & set(codes):
        found |= {ROLES["SSC"], ROLES["IND"]}
    return sorted(found)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        messages = {message["code"]: message for message in json.load(file)["messages"]}
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(
        ["code", "purpose", "lawfulBasis", "consentRule", "sealed", "senders", "recipients"])
    for code, message in sorted(messages.items()):
        table.writerow([
            code, PURPOSES[message["purpose"]], BASES[message["lawfulBasis"]],
            message["consentRule"], "yes" if message["sensitivity"] == "SEALED" else "no",
            " ".join(roles(message["sender"], message, messages)),
            " ".join(roles(message["recipients"], message, messages)),
        ])


if __name__ == "__main__":
    main()
